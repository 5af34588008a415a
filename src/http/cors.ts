import type { MiddlewareHandler } from 'hono';
import { cors as honoCors } from 'hono/cors';
import type { ApiEnv } from './env.ts';

/** Lets the listed origins use the API from a browser. Tokens travel in a header, never in cookies. */
export function cors(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  if (origins.length === 0) return (_c, next) => next();
  return honoCors({
    origin: [...origins],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Content-Digest',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'LMS-Consistency',
      'LMS-Min-Index',
      'LMS-Timeout-Ms',
      'Prefer',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'LMS-Index',
      'LMS-Leader',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  }) as MiddlewareHandler<ApiEnv>;
}
