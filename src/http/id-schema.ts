import { z } from '@hono/zod-openapi';
import type { IdPrefix } from './ids.ts';
import { maxIdChars } from './limits.ts';

/** An id in a path or a body. Its shape is not checked: what is no id is simply not found. */
export function idOf(prefix: IdPrefix) {
  return z
    .string()
    .min(1)
    .max(maxIdChars)
    .openapi({ example: `${prefix}_019a9457c1d07c1e8a5f4c2b7d3e9f10` });
}
