import { z } from '@hono/zod-openapi';
import { dateFields } from './assignment-schema.ts';
import { maxReasonChars } from './limits.ts';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { text, timestamp } from './units.ts';

const dates = z
  .object({
    unlock_at: timestamp.nullable(),
    due_at: timestamp.nullable(),
    lock_at: timestamp.nullable(),
    grace_seconds: z.int(),
    max_attempts: z.int().nullable(),
  })
  .openapi('EffectiveDates');

/** An override as `queries/overrides.ts` returns it. */
export const overrideSchema = z
  .object({
    assignment_id: z.string(),
    student: personSchema,
    ...dates.partial().shape,
    reason: z.string().nullable().openapi({ description: 'For staff; `null` to the student.' }),
    granted_by: personSchema,
    effective: dates.openapi({
      description: 'What holds for the student: the assignment, the override, then incidents.',
    }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Override');

/** What is left out is as the assignment says; `null` is a value: no due date, no limit. */
export const overrideBody = z.strictObject({
  ...z.object(dateFields).partial().shape,
  reason: text(0, maxReasonChars).nullable().default(null),
});

export const OVERRIDE_EXAMPLE: z.input<typeof overrideSchema> = {
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  student: PERSON_EXAMPLE,
  due_at: '2026-12-04T23:00:00.000Z',
  reason: 'Ill, with a certificate.',
  granted_by: PERSON_EXAMPLE,
  effective: {
    unlock_at: null,
    due_at: '2026-12-04T23:00:00.000Z',
    lock_at: '2026-12-08T23:00:00.000Z',
    grace_seconds: 300,
    max_attempts: 3,
  },
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};
