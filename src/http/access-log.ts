import type { Logger } from 'pino';
import type { AnswerObserver } from './answer-observer.ts';
import { loggedPath } from './logged-path.ts';

/** One line per request: never bodies, headers, tokens or query values. */
export function accessLog(logger: Logger): AnswerObserver {
  return (c, milliseconds) => {
    const level = c.res.status >= 500 ? 'warn' : 'debug';
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        request_id: c.get('requestId'),
        operation_id: c.get('operationId') ?? null,
        method: c.req.method,
        path: loggedPath(c.req.path),
        status: c.res.status,
        actor_id: c.get('caller')?.actor.id ?? null,
        duration_ms: Math.round(milliseconds),
      },
      'request',
    );
  };
}
