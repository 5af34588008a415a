import type { MiddlewareHandler } from 'hono';
import { cors as honoCors } from 'hono/cors';
import type { ApiEnv } from './env.ts';

/** Lets the listed origins use the API from a browser. Tokens travel in a header, never in cookies. */
export function cors(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  return honoCors({
    origin: [...origins],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Content-Digest',
      'Content-Disposition',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'If-Range',
      'LMS-Consistency',
      'LMS-Min-Index',
      'LMS-Timeout-Ms',
      'Prefer',
      'Range',
      'X-Request-Id',
    ],
    exposeHeaders: [
      'Accept-Ranges',
      'Content-Disposition',
      'Content-Range',
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'LMS-Index',
      'LMS-Leader',
      'Repr-Digest',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  }) as MiddlewareHandler<ApiEnv>;
}
