import type { Answer } from './answer.ts';
import type { ApiContext, Served } from './env.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Lets the context write into the answer that Node sends. Hono would gather the headers in a `Headers`
 * object and put all in a `Response`, whose checks and copies cost more than the rest of answering. One
 * set of functions for all requests: they find the answer through the context that they are called on.
 */
export function answerDirectly(c: ApiContext): void {
  c.header = header;
  c.body = body as unknown as ApiContext['body'];
  c.text = text as unknown as ApiContext['text'];
  c.json = json as unknown as ApiContext['json'];
}

function header(
  this: ApiContext,
  name: string,
  value?: string,
  options?: { append?: boolean },
): void {
  const { answer } = this.env as Served;
  if (value === undefined) answer.remove(name);
  else if (options?.append === true) answer.append(name, value);
  else answer.set(name, value);
}

function body(this: ApiContext, data: Answer['body'], status = 200, headers?: Headers): Answer {
  const { answer } = this.env as Served;
  answer.status = status;
  answer.body = data;
  for (const name in headers) answer.set(name, headers[name] as string);
  return answer;
}

function text(this: ApiContext, data: string, status?: number, headers?: Headers): Answer {
  this.header('Content-Type', 'text/plain; charset=utf-8');
  return body.call(this, data, status, headers);
}

function json(this: ApiContext, value: unknown, status?: number, headers?: Headers): Answer {
  this.header('Content-Type', 'application/json');
  return body.call(this, JSON.stringify(value), status, headers);
}
