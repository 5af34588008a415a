import { z } from '@hono/zod-openapi';
import { percent, timestamp } from './units.ts';

const studentSchema = z.object({
  id: z.string(),
  username: z.string(),
  display_name: z.string(),
});

const progressFields = {
  student: studentSchema,
  assignment_count: z.int(),
  submitted_count: z.int(),
  on_time_count: z.int().openapi({ description: 'Of those: the latest attempt was in time.' }),
  late_count: z.int(),
  missing_count: z.int().openapi({ description: 'Due, and neither handed in nor graded.' }),
  graded_count: z.int().openapi({ description: 'With a posted grade.' }),
  completion_percent: percent.nullable(),
  average_percent: percent.nullable().openapi({
    description: 'Weighted, of posted grades, after the late policy; `null`: there are none.',
  }),
  level: z
    .enum(['beginner', 'intermediate', 'advanced'])
    .nullable()
    .openapi({ description: 'By the average: from 70 % and from 85 %; `null` without grades.' }),
  material_done_count: z.int(),
  query_count: z.int().openapi({ description: 'Queries that they have posted.' }),
  tutor_message_count: z.int(),
};

/** As `queries/progress.ts` lists it. */
export const progressSchema = z.object(progressFields).openapi('Progress');

export const PROGRESS_EXAMPLE: z.input<typeof progressSchema> = {
  student: {
    id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
    username: 'student1',
    display_name: 'Ada Lovelace',
  },
  assignment_count: 4,
  submitted_count: 3,
  on_time_count: 2,
  late_count: 1,
  missing_count: 0,
  graded_count: 2,
  completion_percent: 75,
  average_percent: 82.5,
  level: 'intermediate',
  material_done_count: 5,
  query_count: 1,
  tutor_message_count: 12,
};

/** As `queries/material-progress.ts` returns it. */
export const materialProgressSchema = z
  .object({
    material_id: z.string(),
    title: z.string(),
    topic: z.string().nullable(),
    state: z.enum(['unread', 'started', 'done']),
    page: z.int().nullable(),
    updated_at: timestamp.nullable(),
  })
  .openapi('MaterialProgress');

export const MATERIAL_PROGRESS_EXAMPLE: z.input<typeof materialProgressSchema> = {
  material_id: 'mat_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  title: 'An introduction to consensus',
  topic: 'consensus',
  state: 'started',
  page: 12,
  updated_at: '2026-11-20T17:00:00.000Z',
};

const nextThingSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('hand_in'),
    assignment_id: z.string(),
    title: z.string(),
    due_at: timestamp.nullable(),
    is_overdue: z.boolean(),
  }),
  z.object({ kind: z.literal('review'), topic: z.string(), percent }),
  z.object({ kind: z.literal('read'), material_id: z.string(), title: z.string() }),
]);

export const progressInDetailSchema = z
  .object({
    ...progressFields,
    topics: z
      .array(
        z.object({
          topic: z.string(),
          assignment_count: z.int(),
          graded_count: z.int(),
          percent: percent.nullable(),
        }),
      )
      .openapi({
        description: 'Mastery: the weighted average of the graded assignments of a topic.',
      }),
    materials: z.array(materialProgressSchema).openapi({ description: 'The first 500.' }),
    next: z
      .array(nextThingSchema)
      .openapi({ description: 'What to do next: hand in, review a weak topic, read.' }),
  })
  .openapi('ProgressInDetail');

/** As `queries/course-statistics.ts` returns it. */
export const courseStatisticsSchema = z
  .object({
    course_id: z.string(),
    students: z.int().openapi({ description: 'Enrolled now; the others are of them.' }),
    submitted: z.int().openapi({ description: 'Of all assignments together.' }),
    submission_rate_percent: percent.nullable().openapi({
      description: 'Of all that all students could have handed in.',
    }),
    graded: z.int().openapi({ description: 'Posted grades.' }),
    percent: z
      .object({ mean: percent, median: percent, min: percent, max: percent })
      .nullable()
      .openapi({ description: 'Of posted grades, as entered, each of its `points_possible`.' }),
    distribution: z
      .array(z.object({ from_percent: percent, to_percent: percent, grades: z.int() }))
      .openapi({ description: 'By tenths; the last one has 100 % and more, too.' }),
    queries: z.object({ to_instructor: z.int(), to_tutor: z.int(), answered: z.int() }),
    tutor_messages: z.int(),
    materials_most_asked: z
      .array(z.object({ material_id: z.string(), title: z.string(), questions: z.int() }))
      .openapi({ description: 'Cited in answers of the tutor, most often first; ten.' }),
    assignments: z.array(
      z.object({
        assignment_id: z.string(),
        title: z.string(),
        submitted: z.int(),
        submission_rate_percent: percent.nullable(),
        graded: z.int(),
        mean_percent: percent.nullable(),
      }),
    ),
  })
  .openapi('CourseStatistics');

export const COURSE_STATISTICS_EXAMPLE: z.input<typeof courseStatisticsSchema> = {
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  students: 30,
  submitted: 28,
  submission_rate_percent: 93.33,
  graded: 2,
  percent: { mean: 85, median: 85, min: 82.5, max: 87.5 },
  distribution: [0, 0, 0, 0, 0, 0, 0, 0, 2, 0].map((grades, n) => ({
    from_percent: 10 * n,
    to_percent: 10 * (n + 1),
    grades,
  })),
  queries: { to_instructor: 7, to_tutor: 3, answered: 8 },
  tutor_messages: 120,
  materials_most_asked: [
    {
      material_id: MATERIAL_PROGRESS_EXAMPLE.material_id,
      title: MATERIAL_PROGRESS_EXAMPLE.title,
      questions: 41,
    },
  ],
  assignments: [
    {
      assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
      title: 'Essay on consensus',
      submitted: 28,
      submission_rate_percent: 93.33,
      graded: 2,
      mean_percent: 85,
    },
  ],
};
