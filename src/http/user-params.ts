import { z } from '@hono/zod-openapi';
import { type ApiContext, callerOf } from './env.ts';
import { idOf } from './id-schema.ts';

/** The path parameter of operations on one user. */
export const userParams = z.object({
  user_id: idOf('usr').openapi({ description: 'An id, or `me` for the caller.', example: 'me' }),
});

/** The id that the path parameter means. */
export function userId(c: ApiContext, parameter: string): string {
  return parameter === 'me' ? callerOf(c).actor.id : parameter;
}
