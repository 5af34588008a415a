import type { MiddlewareHandler } from 'hono';
import type { Logger } from 'pino';
import type { ApiEnv } from './env.ts';

/** One line per request: never bodies, headers, tokens or query values. */
export function accessLog(logger: Logger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const began = performance.now();
    await next();
    const level = c.res.status >= 500 ? 'warn' : 'debug';
    logger[level](
      {
        request_id: c.get('requestId'),
        operation_id: c.get('operationId') ?? null,
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        actor_id: c.get('caller')?.actor.id ?? null,
        duration_ms: Math.round(performance.now() - began),
      },
      'request',
    );
  };
}
