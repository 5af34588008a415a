import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.ts';

/** For answers that are data: a browser must run, frame and guess nothing of it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Headers that an answer sets by itself (a page of documentation, a file) are left alone. */
export const secureHeaders: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  const { headers } = c.res;
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  if (!headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', DATA_POLICY);
  if (!headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
};
