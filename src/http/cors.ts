import type { ApiContext } from './env.ts';

const METHODS = 'GET,HEAD,PUT,POST,DELETE,PATCH';

const ALLOWED = [
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
].join(',');

const EXPOSED = [
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
].join(',');

const maxAgeSeconds = 600;

/** Adds what a browser wants to know, and answers when it asks for leave. */
export type Cors = (c: ApiContext) => Response | null;

/** Lets the listed origins use the API from a browser. Tokens travel in a header, never in cookies. */
export function cors(origins: readonly string[]): Cors {
  return (c) => {
    if (!c.req.path.startsWith('/v1/')) return null;
    const origin = c.req.header('origin') ?? '';
    if (origins.includes(origin)) c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Expose-Headers', EXPOSED);
    c.header('Vary', 'Origin', { append: true });
    const asksForLeave = c.req.header('access-control-request-method') !== undefined;
    // OPTIONS of its own right, such as tus has it, asks for nothing.
    if (c.req.method !== 'OPTIONS' || !asksForLeave) return null;
    c.header('Access-Control-Allow-Methods', METHODS);
    c.header('Access-Control-Allow-Headers', ALLOWED);
    c.header('Access-Control-Max-Age', String(maxAgeSeconds));
    return c.body(null, 204);
  };
}
