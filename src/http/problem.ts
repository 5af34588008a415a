import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { FieldError } from '../lms/refusal.ts';
import { Refusal } from '../lms/refusal.ts';
import type { ApiEnv } from './env.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import type { ProblemCode } from './problem-kind.ts';

const waitingHelps: ReadonlySet<number> = new Set([409, 429, 503, 507]);

interface ProblemOptions {
  readonly errors?: readonly FieldError[];
  /** Further members of the document, such as `current_version` (RFC 9457 §3.2). */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An expected failure of a request; anything else that is thrown is answered as `internal`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The problem that a thrown thing is, or `null` when it is a mistake of this program. */
export function asProblem(error: unknown): Problem | null {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) {
    return new Problem(error.code, error.message, { errors: error.errors, extra: error.extra });
  }
  return null;
}

/** RFC 9457 `application/problem+json`. `instance` is the path alone: a query may hold names. */
export function problemResponse(c: Context<ApiEnv>, problem: Problem): Response {
  const kind = PROBLEMS[problem.code];
  for (const [name, value] of Object.entries(headersOf(problem))) c.header(name, value);
  return c.body(
    JSON.stringify({
      ...problem.extra,
      type: `/problems/${problem.code}`,
      title: kind.title,
      status: kind.status,
      detail: problem.message,
      instance: c.req.path,
      code: problem.code,
      request_id: c.get('requestId'),
      retryable: kind.retryable,
      errors: problem.errors,
    }),
    // Hono's type knows the registered ones only.
    kind.status as ContentfulStatusCode,
    { 'Content-Type': 'application/problem+json' },
  );
}

function headersOf(problem: Problem): Record<string, string> {
  const { status, retryable } = PROBLEMS[problem.code];
  const { current_version: version, retry_after_seconds: seconds } = problem.extra;
  return {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    ...(status === 412 && typeof version === 'number' && { ETag: `"${version}"` }),
    ...(retryable && waitingHelps.has(status) && { 'Retry-After': '1' }),
    ...(typeof seconds === 'number' && { 'Retry-After': String(seconds) }),
    ...problem.headers,
  };
}
