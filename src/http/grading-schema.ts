import { z } from '@hono/zod-openapi';
import { orNull } from './or-null.ts';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { timestamp } from './units.ts';

/** A claim as `queries/grading-claims.ts` returns it. */
export const gradingClaimSchema = z
  .object({
    submission_id: z.string(),
    holder: personSchema,
    expires_at: timestamp.openapi({ description: 'By the time of the cluster’s log.' }),
  })
  .openapi('GradingClaim');

export const GRADING_CLAIM_EXAMPLE: z.input<typeof gradingClaimSchema> = {
  submission_id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  holder: PERSON_EXAMPLE,
  expires_at: '2026-11-20T17:05:00.000Z',
};

/** A regrade request as `queries/regrade-requests.ts` returns it. */
export const regradeRequestSchema = z
  .object({
    id: z.string(),
    submission_id: z.string(),
    assignment_id: z.string(),
    course_id: z.string(),
    student: personSchema,
    grade_version: z.int().openapi({ description: 'Of the grade as it was when they asked.' }),
    state: z.enum(['open', 'accepted', 'declined']),
    reason_md: z.string(),
    answer_md: z.string().nullable().openapi({ description: '`null` while it is open.' }),
    answered_by: orNull(personSchema),
    answered_at: timestamp.nullable(),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('RegradeRequest');

export const REGRADE_REQUEST_EXAMPLE: z.input<typeof regradeRequestSchema> = {
  id: 'rgr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  submission_id: GRADING_CLAIM_EXAMPLE.submission_id,
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  student: PERSON_EXAMPLE,
  grade_version: 1,
  state: 'open',
  reason_md: 'Question 2: I did name the second majority, on page 3.',
  answer_md: null,
  answered_by: null,
  answered_at: null,
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};
