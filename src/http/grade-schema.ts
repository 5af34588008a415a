import { z } from '@hono/zod-openapi';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { points, timestamp } from './units.ts';

const attempt = z.int().openapi({
  description: 'Number of the attempt that was judged; 0: nothing was handed in.',
});
const rubricPoints = z.record(z.string(), points).nullable().openapi({
  description: 'By criterion, adding up to `points`; `null`: not graded by the rubric.',
});
const state = z
  .enum(['draft', 'posted'])
  .openapi({ description: 'The student sees it while it is `posted`.' });

/** A grade as `queries/grades.ts` returns it. */
export const gradeSchema = z
  .object({
    submission_id: z.string(),
    assignment_id: z.string(),
    assignment_title: z.string(),
    course_id: z.string(),
    points: points.openapi({ description: 'As the grader entered them.' }),
    points_possible: points,
    rubric_points: rubricPoints,
    late_ms: z.int().openapi({
      description: 'Of the judged attempt, by the dates as they are now, after grace.',
    }),
    late_deduction: points.openapi({ description: 'What that costs by the late policy.' }),
    final_points: points.openapi({ description: 'What counts: `points` less `late_deduction`.' }),
    feedback_md: z.string(),
    state,
    attempt,
    grader: personSchema,
    posted_at: timestamp.nullable(),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Grade');

export const GRADE_EXAMPLE: z.input<typeof gradeSchema> = {
  submission_id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_title: 'Essay on consensus',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  points: 87.5,
  points_possible: 100,
  rubric_points: { argument: 50, sources: 37.5 },
  late_ms: 7_200_000,
  late_deduction: 5,
  final_points: 82.5,
  feedback_md: 'Clear. Say more about terms.',
  state: 'posted',
  attempt: 1,
  grader: PERSON_EXAMPLE,
  posted_at: '2026-11-20T17:00:00.000Z',
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

/** One version of a grade, as it was saved. */
export const gradeVersionSchema = z
  .object({
    version: z.int(),
    points,
    rubric_points: rubricPoints,
    feedback_md: z.string(),
    state,
    attempt,
    actor: personSchema,
    reason: z.string().nullable(),
    at: timestamp,
    log_index: z.int(),
  })
  .openapi('GradeVersion');

export const GRADE_VERSION_EXAMPLE: z.input<typeof gradeVersionSchema> = {
  version: 1,
  points: 87.5,
  rubric_points: null,
  feedback_md: GRADE_EXAMPLE.feedback_md,
  state: 'posted',
  attempt: 1,
  actor: PERSON_EXAMPLE,
  reason: null,
  at: '2026-11-20T17:00:00.000Z',
  log_index: 4711,
};
