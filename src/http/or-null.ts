import { z } from '@hono/zod-openapi';

/**
 * A registered object or `null`. Not `.nullable()`: beside a reference that becomes
 * `allOf: [object, object or null]` in OpenAPI, which `null` never fits.
 */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}
