import { z } from '@hono/zod-openapi';

/** A person, as other resources show them. */
export const personSchema = z
  .object({ id: z.string(), display_name: z.string() })
  .openapi('Person');

export const PERSON_EXAMPLE: z.input<typeof personSchema> = {
  id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  display_name: 'Ada Lovelace',
};
