import type { MiddlewareHandler } from 'hono';
import { authenticate } from './authentication.ts';
import { requestDeadline } from './consistency.ts';
import type { ApiContext, ApiEnv } from './env.ts';
import { idempotencyKey } from './idempotency.ts';
import { readJsonBody } from './json-body.ts';
import { redirectToLeader } from './leader.ts';
import { Problem } from './problem.ts';
import { pointer } from './validation.ts';

export interface GuardOptions {
  readonly operationId: string;
  readonly isPublic: boolean;
  /** Goes through the log, so it may be sent to the leader. */
  readonly isWrite: boolean;
  /** The operation knows no query parameter. */
  readonly refusesQuery: boolean;
  /** Media types of the body, empty when the operation has none. */
  readonly accepted: readonly string[];
  readonly maxJsonBytes: number;
}

/** What stands before the validators of every operation, cheapest first: caller before body. */
export function guard(options: GuardOptions): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('operationId', options.operationId);
    c.set('deadline', requestDeadline(c));
    idempotencyKey(c);
    if (options.isWrite) {
      const redirect = redirectToLeader(c);
      if (redirect !== null) return redirect;
    }
    if (!options.isPublic) c.set('caller', await authenticate(c));
    if (options.refusesQuery) refuseQuery(c);
    if (options.accepted.length > 0) await checkBody(c, options);
    return next();
  };
}

/** Those of an operation with parameters are for its validator to judge. */
function refuseQuery(c: ApiContext): void {
  const names = Object.keys(c.req.query());
  if (names.length === 0) return;
  throw new Problem('unknown_field', 'This operation has no query parameters.', {
    errors: names.map((name) => ({
      pointer: `/query${pointer([name])}`,
      code: 'unknown_field',
      detail: 'This operation does not know this parameter.',
    })),
  });
}

async function checkBody(c: ApiContext, options: GuardOptions): Promise<void> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined && (accepts(options.accepted, '*/*') || !announcesBody(c))) return;
  if (type === undefined || !accepts(options.accepted, type)) {
    throw new Problem(
      'unsupported_media_type',
      `Send Content-Type: ${options.accepted.join(' or ')}.`,
      { extra: { accepted: options.accepted } },
    );
  }
  // Where any type is taken, JSON is a file like others, and the handler's to read.
  const isJson = type.endsWith('json') && options.accepted.includes(type);
  if (isJson) await readJsonBody(c, options.maxJsonBytes);
}

function accepts(accepted: readonly string[], type: string): boolean {
  return accepted.includes(type) || accepted.includes('*/*');
}

function announcesBody(c: ApiContext): boolean {
  const length = c.req.header('content-length');
  return c.req.header('transfer-encoding') !== undefined || (length ?? '0') !== '0';
}
