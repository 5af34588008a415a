import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { PROBLEMS } from '../src/http/problem-catalogue.ts';
import type { ProblemCode } from '../src/http/problem-kind.ts';

interface Media {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, unknown>>;
  readonly schema?: { readonly format?: string; readonly type?: string };
}

interface Answer {
  readonly description?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

const document = parse(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'));
const operations: [target: string, operation: Operation][] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(
      ([method, operation]) =>
        [`${method.toUpperCase()} ${path}`, operation] as [string, Operation],
    ),
);

/** Bytes, and forms with bytes in them, have no example that could be written in YAML. */
const BYTES =
  /^(\*\/\*|application\/(zip|octet-stream|offset\+octet-stream)|multipart\/form-data)$/;

function lacksExample([type, media]: [string, Media]): boolean {
  if (BYTES.test(type) || media.schema?.format === 'binary') return false;
  return media.example === undefined && Object.keys(media.examples ?? {}).length === 0;
}

/** The codes that an operation names, by the names of its examples. */
function codesOf({ responses }: Operation): string[] {
  const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return errors.flatMap(([, { content = {} }]) =>
    Object.keys(content['application/problem+json']?.examples ?? {}),
  );
}

/** What the guard in front of every operation can answer. */
function codesOfShape(target: string, { security, requestBody }: Operation): ProblemCode[] {
  const isRead = target.startsWith('GET ');
  return [
    'invalid_request',
    'invalid_header',
    'headers_too_large',
    'internal',
    ...(security?.length === 0
      ? []
      : (['unauthenticated', 'insufficient_scope', 'no_quorum', 'unavailable'] as const)),
    ...(requestBody === undefined || isRead
      ? []
      : (['payload_too_large', 'unsupported_media_type'] as const)),
    ...(target.includes('_id}') && target.includes(' /v1/') ? (['not_found'] as const) : []),
  ];
}

t.test('every operation has a summary, a tag, and examples of what goes in and out', (t) => {
  t.ok(operations.length > 100, `${operations.length} operations`);
  for (const [target, { summary = '', tags = [], requestBody, responses }] of operations) {
    t.match(summary, /^[A-Z]/, `${target}: summary`);
    t.ok(tags.length > 0, `${target}: tag`);
    const contents = [requestBody, ...Object.values(responses)].map((part) => part?.content ?? {});
    const without = contents.flatMap((content) => Object.entries(content).filter(lacksExample));
    t.same(
      without.map(([type]) => type),
      [],
      `${target}: examples`,
    );
    const silent = Object.entries(responses).filter(([, { description = '' }]) => !description);
    t.same(silent, [], `${target}: descriptions of its answers`);
  }
  t.end();
});

t.test('every operation names its errors, each at the status of its code', (t) => {
  for (const [target, operation] of operations) {
    const codes = codesOf(operation);
    t.same(
      codesOfShape(target, operation).filter((code) => !codes.includes(code)),
      [],
      `${target}: errors that it does not name`,
    );
    const astray = codes.filter((code) => {
      const { status } = PROBLEMS[code as ProblemCode];
      const names = operation.responses[status]?.content?.['application/problem+json']?.examples;
      return names?.[code] === undefined;
    });
    t.same(astray, [], `${target}: codes at another status`);
  }
  t.end();
});
