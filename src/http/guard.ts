import type { MiddlewareHandler } from 'hono';
import type { ZodType } from 'zod';
import { authenticate } from './authentication.ts';
import { requestDeadline } from './consistency.ts';
import type { ApiContext, ApiEnv } from './env.ts';
import { idempotencyKey } from './idempotency.ts';
import { readJsonBody } from './json-body.ts';
import { redirectToLeader } from './leader.ts';
import { refuseConditions } from './preconditions.ts';
import { Problem } from './problem.ts';
import { type RequiredScope, requireScope } from './scopes.ts';
import { pointer, validate } from './validation.ts';

export interface GuardOptions {
  readonly operationId: string;
  readonly isPublic: boolean;
  /** Of a personal token. */
  readonly scope: RequiredScope;
  /** Goes through the log, so it may be sent to the leader. */
  readonly isWrite: boolean;
  /** The operation knows no query parameter but these, and says so. */
  readonly refusesQuery: boolean;
  /** Conditions that it does not judge, and so must not ignore. */
  readonly unjudged: readonly string[];
  readonly query: ZodType | null;
  readonly params: ZodType | null;
  /** Of a JSON body. */
  readonly json: ZodType | null;
  readonly requiresBody: boolean;
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
    if (!options.isPublic) {
      const caller = await authenticate(c);
      requireScope(caller, options.scope);
      c.set('caller', caller);
    }
    if (options.refusesQuery) refuseQuery(c);
    refuseConditions(c, options.unjudged);
    const isJson = options.accepted.length > 0 && checkMediaType(c, options.accepted);
    if (isJson) await readJsonBody(c, options.maxJsonBytes);
    if (options.query !== null) validate(c, 'query', options.query, queryOf(c));
    if (options.params !== null) validate(c, 'param', options.params, c.req.param());
    if (options.json !== null) checkJson(c, options, isJson);
    return next();
  };
}

/** Those of an operation with parameters are for its validator to judge. */
function refuseQuery(c: ApiContext): void {
  if (!c.req.url.includes('?')) return;
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

/** A parameter that comes more than once is a list. */
function queryOf(c: ApiContext): Record<string, unknown> {
  const entries = Object.entries(c.req.queries());
  return Object.fromEntries(entries.map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
}

/** Whether the body is JSON for the guard to read. */
function checkMediaType(c: ApiContext, accepted: readonly string[]): boolean {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type === undefined && (accepts(accepted, '*/*') || !announcesBody(c))) return false;
  if (type === undefined || !accepts(accepted, type)) {
    throw new Problem('unsupported_media_type', `Send Content-Type: ${accepted.join(' or ')}.`, {
      extra: { accepted },
    });
  }
  // Where any type is taken, JSON is a file like others, and the handler's to read.
  return type.endsWith('json') && accepted.includes(type);
}

/** A body that is not there is judged as an empty one where it is required. */
function checkJson(c: ApiContext, { json, requiresBody }: GuardOptions, isJson: boolean): void {
  if (json === null) return;
  if (isJson || requiresBody) validate(c, 'json', json, isJson ? c.get('jsonBody') : {});
  else c.req.addValidatedData('json', {});
}

function accepts(accepted: readonly string[], type: string): boolean {
  return accepted.includes(type) || accepted.includes('*/*');
}

function announcesBody(c: ApiContext): boolean {
  const length = c.req.header('content-length');
  return c.req.header('transfer-encoding') !== undefined || (length ?? '0') !== '0';
}
