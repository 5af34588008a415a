import { z } from '@hono/zod-openapi';
import { isUsername, usernameMaxChars } from '../lms/username.ts';
import { maxNameChars } from './limits.ts';
import { line, text, timestamp } from './units.ts';

/** The name of a new account. */
export const newUsername = text(1, usernameMaxChars)
  .refine(isUsername, {
    message: 'must begin with a letter or digit, then letters, digits and . _ - @ +',
  })
  .openapi({ description: 'Unique without regard to case. Cannot be changed later.' });

export const displayName = line(maxNameChars);
export const email = z.email().max(254).nullable();

/** A user as `queries/users.ts` returns it. */
export const userSchema = z
  .object({
    id: z.string(),
    username: z.string(),
    display_name: z.string(),
    email: z.string().nullable(),
    site_role: z.enum(['admin', 'instructor', 'student']),
    status: z.enum(['active', 'suspended']),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('User');

export const USER_EXAMPLE: z.input<typeof userSchema> = {
  id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  username: 'student1',
  display_name: 'Ada Lovelace',
  email: 'ada@example.org',
  site_role: 'student',
  status: 'active',
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};
