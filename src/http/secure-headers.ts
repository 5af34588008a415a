/**
 * For answers that are data: a browser must run, frame and guess nothing of it. Names and values in turn;
 * an answer may set its own instead (a page of documentation, a file).
 */
export const DATA_HEADERS: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
  'Cross-Origin-Resource-Policy',
  'cross-origin',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Cache-Control',
  'no-store',
];
