import type { AnswerObserver } from './answer-observer.ts';
import type { Cors } from './cors.ts';
import type { ApiContext, Arrive, Foundation } from './env.ts';
import { answerError } from './failures.ts';
import { newRequestId } from './ids.ts';
import { maxRequestIdChars } from './limits.ts';
import { DATA_HEADERS } from './secure-headers.ts';

const SANE_ID = new RegExp(`^[A-Za-z0-9._-]{1,${maxRequestIdChars}}$`);

/**
 * The first thing that happens to a request and the last to its answer. The observers are told of
 * every answer, in their order. It calls what handles the request, instead of standing before it in a
 * chain of middlewares, which would cost each request several promises.
 *
 * @param cors `null`: only pages of this origin use the API
 */
export function arrival(
  foundation: Foundation,
  observers: readonly AnswerObserver[],
  cors: Cors | null,
): Arrive {
  return async (c, handle) => {
    const began = performance.now();
    if (c.env.answer === undefined) setDataHeaders(c);
    const given = c.req.header('x-request-id');
    const requestId = given !== undefined && SANE_ID.test(given) ? given : newRequestId();
    c.set('requestId', requestId);
    c.set('receivedAt', Date.now());
    c.set('deadline', began + foundation.settings.deadline_ms);
    try {
      c.res = cors?.(c) ?? (await handle(c));
    } catch (error) {
      c.res = answerError(error, c);
    }
    addPosition(c, foundation);
    c.header('X-Request-Id', requestId);
    const milliseconds = performance.now() - began;
    for (const observe of observers) observe(c, milliseconds);
    return c.res;
  };
}

/** An answer of the server's begins with them. */
function setDataHeaders(c: ApiContext): void {
  for (let at = 0; at < DATA_HEADERS.length; at += 2) {
    c.header(DATA_HEADERS[at] as string, DATA_HEADERS[at + 1]);
  }
}

/** Where in the log this answer stands, and who leads. */
function addPosition(c: ApiContext, { replica, consensus }: Foundation): void {
  if (!c.get('indexed')) c.header('LMS-Index', String(replica.applied.index));
  const leader = consensus.leaderId();
  if (leader !== null) c.header('LMS-Leader', leader);
}
