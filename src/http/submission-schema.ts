import { z } from '@hono/zod-openapi';
import { ATTACHED_FILE_EXAMPLE, attachedFileSchema } from './attached-file-schema.ts';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { receiptJws } from './receipt-schema.ts';
import { points, timestamp } from './units.ts';

const lateMs = z.int().openapi({
  description: 'How much later than `due_at` plus grace it arrived, 0 when in time.',
});
const clockSuspect = z.boolean().openapi({
  description:
    'The clock of the node that took it was off by more than 120 s, so the log’s own time counts.',
});

const summaryFields = {
  id: z.string(),
  assignment_id: z.string(),
  course_id: z.string(),
  student: personSchema,
  status: z.enum(['ungraded', 'graded']).openapi({
    description: '`graded`: a grade that the caller may see judges the latest attempt.',
  }),
  attempt_count: z.int(),
  received_at: timestamp.nullable().openapi({
    description: 'Of the latest attempt; `null`: graded without anything handed in.',
  }),
  late_ms: lateMs,
  clock_suspect: clockSuspect,
  grade: z
    .object({
      points,
      points_possible: points,
      state: z.enum(['draft', 'posted']),
      attempt: z.int(),
      posted_at: timestamp.nullable(),
      version: z.int(),
    })
    .nullable(),
  created_at: timestamp,
  updated_at: timestamp,
} as const;

/** A submission as lists show it; lateness is that of the latest attempt. */
export const submissionSummarySchema = z.object(summaryFields).openapi('SubmissionSummary');

export const attemptSchema = z
  .object({
    number: z.int(),
    text_md: z.string().nullable(),
    files: z.array(attachedFileSchema),
    received_at: timestamp.openapi({ description: 'When the request arrived; this counts.' }),
    committed_at: timestamp.openapi({ description: 'When it was written, by the log’s own time.' }),
    late_ms: lateMs,
    clock_suspect: clockSuspect,
    log_index: z.int().openapi({ description: 'Of the log entry that made it.' }),
    receipt_id: z.string(),
  })
  .openapi('Attempt');

export const submissionSchema = z
  .object({ ...summaryFields, attempts: z.array(attemptSchema) })
  .openapi('Submission');

export const handedInSchema = z
  .object({ ...summaryFields, attempt: attemptSchema, receipt: receiptJws })
  .openapi('HandedIn');

export const SUMMARY_EXAMPLE: z.input<typeof submissionSummarySchema> = {
  id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  student: PERSON_EXAMPLE,
  status: 'ungraded',
  attempt_count: 1,
  received_at: '2026-11-20T17:00:00.000Z',
  late_ms: 0,
  clock_suspect: false,
  grade: null,
  created_at: '2026-11-20T17:00:00.020Z',
  updated_at: '2026-11-20T17:00:00.020Z',
};

export const ATTEMPT_EXAMPLE: z.input<typeof attemptSchema> = {
  number: 1,
  text_md: 'My essay is attached.',
  files: [ATTACHED_FILE_EXAMPLE],
  received_at: '2026-11-20T17:00:00.000Z',
  committed_at: '2026-11-20T17:00:00.020Z',
  late_ms: 0,
  clock_suspect: false,
  log_index: 4711,
  receipt_id: 'rcp_019a9457c1d07c1e8a5f4c2b7d3e9f10_1',
};
