import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './env.ts';

/** For answers that are data: a browser must run, frame and guess nothing of it. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** An answer may set its own instead (a page of documentation, a file). */
export const secureHeaders: MiddlewareHandler<ApiEnv> = (c, next) => {
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cross-Origin-Resource-Policy', 'cross-origin');
  c.header('Content-Security-Policy', DATA_POLICY);
  c.header('Cache-Control', 'no-store');
  return next();
};
