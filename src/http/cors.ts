import type { MiddlewareHandler } from 'hono';
import { cors as honoCors } from 'hono/cors';
import type { ApiEnv } from './env.ts';

const EXPOSED: readonly string[] = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Range',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'LMS-File-Id',
  'LMS-Index',
  'LMS-Leader',
  'Location',
  'Repr-Digest',
  'Retry-After',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-Request-Id',
];

/** Lets the listed origins use the API from a browser. Tokens travel in a header, never in cookies. */
export function cors(origins: readonly string[]): MiddlewareHandler<ApiEnv> {
  const answerLeave = honoCors({
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
      'Tus-Resumable',
      'Upload-Checksum',
      'Upload-Length',
      'Upload-Metadata',
      'Upload-Offset',
      'X-HTTP-Method-Override',
      'X-Request-Id',
    ],
    exposeHeaders: [...EXPOSED],
    maxAge: 600,
  }) as MiddlewareHandler<ApiEnv>;
  return async (c, next) => {
    const asksForLeave = c.req.header('access-control-request-method') !== undefined;
    if (c.req.method !== 'OPTIONS' || asksForLeave) return answerLeave(c, next);
    // OPTIONS of its own right, such as tus has it: Hono would answer it as if it asked for leave.
    await next();
    const origin = c.req.header('origin') ?? '';
    if (!origins.includes(origin)) return;
    c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Expose-Headers', EXPOSED.join(','));
    c.header('Vary', 'Origin', { append: true });
  };
}
