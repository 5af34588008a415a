import { z } from '@hono/zod-openapi';
import { maxRubricCriteria, maxRubricLevels } from '../lms/limits.ts';
import { maxMessageChars, maxRubricIdChars, maxTitleChars } from './limits.ts';
import { line, milliPoints, points, text } from './units.ts';

/** A rubric as an assignment shows it. */
export const rubricSchema = z
  .object({
    criteria: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        description_md: z.string(),
        points: points.openapi({ description: 'The most that the criterion can bring.' }),
        levels: z
          .array(z.object({ id: z.string(), title: z.string(), points }))
          .openapi({ description: 'Empty: any number of points up to `points`.' }),
      }),
    ),
  })
  .openapi('Rubric');

/** Grades are objects with these ids as names: one that every object has already is none. */
const id = line(maxRubricIdChars)
  .refine((name) => !(name in Object.prototype), { message: 'is reserved: choose another' })
  .openapi({
    description: 'Your own, unique among its neighbours; grades name it.',
    example: 'clarity',
  });

export const newRubricSchema = z.strictObject({
  criteria: z
    .array(
      z.strictObject({
        id,
        title: line(maxTitleChars),
        description_md: text(0, maxMessageChars).default(''),
        points: milliPoints,
        levels: z
          .array(z.strictObject({ id, title: line(maxTitleChars), points: milliPoints }))
          .max(maxRubricLevels)
          .default([]),
      }),
    )
    .min(1)
    .max(maxRubricCriteria),
});

export const RUBRIC_EXAMPLE: z.input<typeof rubricSchema> = {
  criteria: [
    {
      id: 'clarity',
      title: 'Clarity',
      description_md: 'Can somebody follow it who was not there?',
      points: 40,
      levels: [
        { id: 'clear', title: 'Clear', points: 40 },
        { id: 'unclear', title: 'Not clear', points: 10 },
      ],
    },
    { id: 'proof', title: 'The proof', description_md: '', points: 60, levels: [] },
  ],
};
