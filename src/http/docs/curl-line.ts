import type { DescribedOperation } from './describe-operations.ts';

/** How to call an operation from a shell; `$LMS` is the base URL and `$TOKEN` a token. */
export function curlLine({ method, path, isPublic, body, parameters }: DescribedOperation): string {
  const required = parameters.filter((one) => one.place === 'header' && one.required);
  const json = body?.mediaType.endsWith('json') === true;
  return [
    'curl -sS',
    method === 'GET' ? [] : `-X ${method}`,
    isPublic ? [] : '-H "Authorization: Bearer $TOKEN"',
    required.map(({ name, example }) => `-H ${quote(`${name}: ${example}`)}`),
    body === null ? [] : `-H 'Content-Type: ${body.mediaType}'`,
    body === null ? [] : json ? `-d ${quote(JSON.stringify(body.example))}` : '--data-binary @FILE',
    `"$LMS${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}"`,
  ]
    .flat()
    .join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
