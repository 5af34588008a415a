import { z } from '@hono/zod-openapi';
import { maxAttachmentsPerAssignment, maxGraceSeconds, maxWeightMilli } from '../lms/limits.ts';
import { ATTACHED_FILE_EXAMPLE, attachedFileSchema } from './attached-file-schema.ts';
import { idOf } from './id-schema.ts';
import {
  LATE_POLICY_EXAMPLE,
  latePolicyPatchSchema,
  latePolicySchema,
  newLatePolicySchema,
} from './late-policy-schema.ts';
import {
  maxMarkdownChars,
  maxTitleChars,
  maxTopicChars,
  maxTopicsPerAssignment,
} from './limits.ts';
import { orNull } from './or-null.ts';
import { newRubricSchema, RUBRIC_EXAMPLE, rubricSchema } from './rubric-schema.ts';
import { line, milliPoints, points, text, timestamp, timestampMs } from './units.ts';

/**
 * An assignment as `queries/assignments.ts` returns it: to a student with the dates, grace and
 * attempts that hold for them.
 */
export const assignmentSchema = z
  .object({
    id: z.string(),
    course_id: z.string(),
    title: z.string(),
    locked: z.boolean().openapi({
      description:
        'Not open yet for the caller. Students then see title and dates, staff see everything.',
    }),
    body_md: z.string().nullable().openapi({ description: '`null` while it is locked.' }),
    attachments: z.array(attachedFileSchema).openapi({ description: 'Empty while it is locked.' }),
    points_possible: points,
    weight: points.openapi({ description: 'In the course, relative to the others.', example: 1 }),
    unlock_at: timestamp.nullable(),
    due_at: timestamp.nullable(),
    lock_at: timestamp.nullable(),
    grace_seconds: z.int(),
    max_attempts: z.int().nullable(),
    topics: z.array(z.string()),
    extra_credit: z.boolean().openapi({ description: 'More than `points_possible` may be given.' }),
    late_policy: orNull(latePolicySchema),
    rubric: orNull(rubricSchema).openapi({ description: '`null` while it is locked.' }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Assignment');

export const ASSIGNMENT_EXAMPLE: z.input<typeof assignmentSchema> = {
  id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  title: 'Essay on consensus',
  locked: false,
  body_md: 'Explain why a majority is enough.',
  attachments: [ATTACHED_FILE_EXAMPLE],
  points_possible: 100,
  weight: 1,
  unlock_at: null,
  due_at: '2026-12-01T23:00:00.000Z',
  lock_at: '2026-12-08T23:00:00.000Z',
  grace_seconds: 300,
  max_attempts: 3,
  topics: ['consensus'],
  extra_credit: false,
  late_policy: LATE_POLICY_EXAMPLE,
  rubric: RUBRIC_EXAMPLE,
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

const date = timestampMs.nullable().openapi({ type: ['string', 'null'] });

/** When one may hand in, and how often; an override has them, too. */
export const dateFields = {
  unlock_at: date.openapi({
    description: 'Before it nobody can hand in, and students see title and dates only.',
  }),
  due_at: date,
  lock_at: date.openapi({
    description: 'After it nobody can hand in; `grace_seconds` does not move it.',
  }),
  grace_seconds: z
    .int()
    .min(0)
    .max(maxGraceSeconds)
    .openapi({ description: 'How long after `due_at` work is not late yet.', example: 300 }),
  max_attempts: z.int().min(1).max(1_000).nullable().openapi({ description: '`null`: no limit.' }),
} as const;

const FIELDS = {
  title: line(maxTitleChars),
  body_md: text(0, maxMarkdownChars),
  attachments: z
    .array(idOf('fil'))
    .max(maxAttachmentsPerAssignment)
    .openapi({ description: 'Ids of files that the caller has uploaded.' }),
  points_possible: milliPoints,
  weight: milliPoints
    .refine((milli) => milli <= maxWeightMilli, { message: 'must be at most 1000' })
    .openapi({
      type: 'number',
      minimum: 0,
      maximum: 1_000,
      multipleOf: 0.001,
      description: 'In the course, relative to the others; 0 does not count.',
      example: 1,
    }),
  ...dateFields,
  topics: z.array(line(maxTopicChars)).max(maxTopicsPerAssignment),
  extra_credit: z.boolean(),
  late_policy: newLatePolicySchema.nullable(),
  rubric: newRubricSchema.nullable(),
} as const;

export const newAssignmentSchema = z.strictObject({
  title: FIELDS.title,
  body_md: FIELDS.body_md.default(''),
  attachments: FIELDS.attachments.default([]),
  points_possible: FIELDS.points_possible,
  weight: FIELDS.weight.default(1_000).openapi({ default: 1 }),
  unlock_at: FIELDS.unlock_at.default(null).openapi({ default: null }),
  due_at: FIELDS.due_at.default(null).openapi({ default: null }),
  lock_at: FIELDS.lock_at.default(null).openapi({ default: null }),
  grace_seconds: FIELDS.grace_seconds.default(300),
  max_attempts: FIELDS.max_attempts.default(null),
  topics: FIELDS.topics.default([]),
  extra_credit: FIELDS.extra_credit.default(false),
  late_policy: FIELDS.late_policy.default(null).openapi({ default: null }),
  rubric: FIELDS.rubric.default(null).openapi({ default: null }),
});

export const assignmentPatchSchema = z
  .strictObject({ ...FIELDS, late_policy: latePolicyPatchSchema.nullable() })
  .partial();
