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
      'Tus-Resumable',
      'Upload-Checksum',
      'Upload-Length',
      'Upload-Metadata',
      'Upload-Offset',
      'X-HTTP-Method-Override',
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
      'LMS-File-Id',
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
    ],
    maxAge: 600,
  }) as MiddlewareHandler<ApiEnv>;
}
