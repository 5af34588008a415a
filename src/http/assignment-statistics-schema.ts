import { z } from '@hono/zod-openapi';
import { percent, points } from './units.ts';

/** As `queries/assignment-statistics.ts` returns it. */
export const assignmentStatisticsSchema = z
  .object({
    assignment_id: z.string(),
    points_possible: points,
    students: z.int().openapi({ description: 'Enrolled now; the others are of them.' }),
    submitted: z.int(),
    submission_rate_percent: percent
      .nullable()
      .openapi({ description: '`null` while nobody is enrolled.' }),
    on_time: z.int().openapi({
      description: 'By the latest attempt, and by the dates of each student as they are now.',
    }),
    late: z.int(),
    ungraded: z.int().openapi({
      description: 'Whose latest attempt no grade judges; who has left the course is among them.',
    }),
    graded: z.int().openapi({ description: 'Posted grades.' }),
    points: z
      .object({ mean: points, median: points, min: points, max: points })
      .nullable()
      .openapi({ description: 'Of posted grades, after the late policy.' }),
    distribution: z
      .array(z.object({ from_percent: percent, to_percent: percent, grades: z.int() }))
      .openapi({
        description:
          'Posted grades by tenths of `points_possible`, from the first number up to the second; the last ' +
          'one has 100 % and more, too.',
      }),
  })
  .openapi('AssignmentStatistics');

export const STATISTICS_EXAMPLE: z.input<typeof assignmentStatisticsSchema> = {
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  points_possible: 100,
  students: 3,
  submitted: 3,
  submission_rate_percent: 100,
  on_time: 2,
  late: 1,
  ungraded: 1,
  graded: 2,
  points: { mean: 77.5, median: 77.5, min: 70, max: 85 },
  distribution: [0, 0, 0, 0, 0, 0, 0, 1, 1, 0].map((grades, n) => ({
    from_percent: 10 * n,
    to_percent: 10 * (n + 1),
    grades,
  })),
};
