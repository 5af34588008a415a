import type { MiddlewareHandler } from 'hono';
import { v7 } from 'uuid';
import type { ApiEnv, Foundation } from './env.ts';
import { maxRequestIdChars } from './limits.ts';

const SANE_ID = new RegExp(`^[A-Za-z0-9._-]{1,${maxRequestIdChars}}$`);

/** The first thing that happens to a request and the last to its answer. */
export function arrival(foundation: Foundation): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : v7().replaceAll('-', '');
    c.set('foundation', foundation);
    c.set('requestId', requestId);
    c.set('receivedAt', Date.now());
    c.set('deadline', performance.now() + foundation.settings.deadline_ms);
    await next();
    c.header('X-Request-Id', requestId);
    const { headers } = c.res;
    if (!headers.has('LMS-Index')) {
      c.header('LMS-Index', String(foundation.replica.applied.index));
    }
    const leader = foundation.consensus.status().leader_id;
    if (leader !== null) c.header('LMS-Leader', leader);
  };
}
