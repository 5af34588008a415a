import { z } from '@hono/zod-openapi';
import { timestamp } from './units.ts';
import { USER_EXAMPLE, userSchema } from './user-schema.ts';

/** What a login and a refresh answer with. */
export const loginSchema = z
  .object({
    token: z.string().openapi({ description: 'Shown once: only its hash is stored.' }),
    token_type: z.literal('Bearer'),
    expires_at: timestamp,
    refresh_token: z.string().openapi({
      description: 'For `POST /v1/auth/refresh`, once. Shown once: only its hash is stored.',
    }),
    refresh_expires_at: timestamp.openapi({
      description: 'The end of the login, however often it is refreshed.',
    }),
    user: userSchema,
  })
  .openapi('Login');

export const REFRESH_TOKEN_EXAMPLE = `lms_rt_${'A'.repeat(43)}`;

export const LOGIN_EXAMPLE: z.input<typeof loginSchema> = {
  token: 'lms_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  token_type: 'Bearer',
  expires_at: '2026-11-21T17:00:00.000Z',
  refresh_token: REFRESH_TOKEN_EXAMPLE,
  refresh_expires_at: '2026-12-20T17:00:00.000Z',
  user: USER_EXAMPLE,
};
