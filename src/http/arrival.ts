import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { AnswerObserver } from './answer-observer.ts';
import { writeHeadersDirectly } from './direct-headers.ts';
import type { ApiContext, ApiEnv, Foundation } from './env.ts';
import { newRequestId } from './ids.ts';
import { maxRequestIdChars } from './limits.ts';

const SANE_ID = new RegExp(`^[A-Za-z0-9._-]{1,${maxRequestIdChars}}$`);

/**
 * The first thing that happens to a request and the last to its answer. The observers are told of
 * every answer, in their order.
 */
export function arrival(
  foundation: Foundation,
  observers: readonly AnswerObserver[],
): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
    if (outgoing !== undefined) writeHeadersDirectly(c, outgoing);
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : newRequestId();
    c.set('foundation', foundation);
    c.set('requestId', requestId);
    c.set('receivedAt', Date.now());
    c.set('deadline', began + foundation.settings.deadline_ms);
    await next();
    addPosition(c, foundation);
    c.header('X-Request-Id', requestId);
    const milliseconds = performance.now() - began;
    for (const observe of observers) observe(c, milliseconds);
  };
}

/** Where in the log this answer stands, and who leads. */
function addPosition(c: ApiContext, { replica, consensus }: Foundation): void {
  if (!c.get('indexed')) c.header('LMS-Index', String(replica.applied.index));
  const leader = consensus.leaderId();
  if (leader !== null) c.header('LMS-Leader', leader);
}
