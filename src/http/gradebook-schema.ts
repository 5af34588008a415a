import { z } from '@hono/zod-openapi';
import { percent, points, timestamp } from './units.ts';

const totals = {
  current_percent: percent.nullable().openapi({
    description:
      'Weighted, of what has a posted grade, after the late policy; `null`: nothing has.',
  }),
  final_percent: percent.nullable().openapi({
    description: 'The same, as if all that has no posted grade yet brought nothing.',
  }),
};

export const gradebookColumnSchema = z.object({
  id: z.string(),
  title: z.string(),
  points_possible: points,
  weight: points,
  due_at: timestamp.nullable(),
});

const cellSchema = z.object({
  submission_id: z.string(),
  attempt_count: z.int().openapi({ description: '0: graded without anything handed in.' }),
  late_ms: z.int().openapi({ description: 'Of the latest attempt.' }),
  needs_grading: z.boolean().openapi({ description: 'No grade judges the latest attempt.' }),
  grade: z
    .object({
      points: points.openapi({ description: 'As entered.' }),
      final_points: points.openapi({ description: 'After the late policy.' }),
      state: z.enum(['draft', 'posted']),
      version: z.int(),
    })
    .nullable(),
});

/** A page as `queries/gradebook.ts` makes it, with the cursor of the next one. */
export const gradebookSchema = z
  .object({
    assignments: z.array(gradebookColumnSchema),
    items: z.array(
      z.object({
        student: z.object({ id: z.string(), username: z.string(), display_name: z.string() }),
        cells: z.array(cellSchema.nullable()).openapi({
          description: 'In the order of `assignments`; `null`: nothing handed in, nothing graded.',
        }),
        ...totals,
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .openapi('Gradebook');

/** As `queries/what-if.ts` returns it. */
export const whatIfSchema = z
  .object({ student_id: z.string(), actual: z.object(totals), supposed: z.object(totals) })
  .openapi('WhatIf');

export const WHAT_IF_EXAMPLE: z.input<typeof whatIfSchema> = {
  student_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  actual: { current_percent: 82.5, final_percent: 41.25 },
  supposed: { current_percent: 86.25, final_percent: 86.25 },
};

const COLUMN_EXAMPLE: z.input<typeof gradebookColumnSchema> = {
  id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  title: 'Essay on consensus',
  points_possible: 100,
  weight: 1,
  due_at: '2026-12-01T23:00:00.000Z',
};

export const GRADEBOOK_EXAMPLE: z.input<typeof gradebookSchema> = {
  assignments: [COLUMN_EXAMPLE],
  items: [
    {
      student: {
        id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
        username: 'student1',
        display_name: 'Ada Lovelace',
      },
      cells: [
        {
          submission_id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
          attempt_count: 1,
          late_ms: 7_200_000,
          needs_grading: false,
          grade: { points: 87.5, final_points: 82.5, state: 'posted', version: 1 },
        },
      ],
      current_percent: 82.5,
      final_percent: 82.5,
    },
  ],
  next_cursor: null,
};

export const GRADEBOOK_CSV_EXAMPLE = [
  'student_id,username,display_name,base_index,' +
    `${COLUMN_EXAMPLE.title} (100) [${COLUMN_EXAMPLE.id}],current_percent,final_percent`,
  'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10,student1,Ada Lovelace,1234,87.5,82.5,82.5',
  '',
].join('\r\n');
