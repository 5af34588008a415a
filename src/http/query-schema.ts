import { z } from '@hono/zod-openapi';
import { orNull } from './or-null.ts';
import { PERSON_EXAMPLE, personSchema } from './person-schema.ts';
import { citationSchema } from './tutor-schema.ts';
import { timestamp } from './units.ts';

const fields = {
  id: z.string(),
  course_id: z.string(),
  to: z.enum(['instructor', 'tutor']),
  author: orNull(personSchema).openapi({
    description: '`null` when asked anonymously and the caller is neither the asker nor staff.',
  }),
  anonymous: z.boolean(),
  title: z.string(),
  body_md: z.string(),
  status: z.enum(['open', 'answered', 'resolved']).openapi({
    description: '`answered`: by another than the asker. `resolved`: an answer was accepted.',
  }),
  answer_count: z.int(),
  accepted_answer_id: z.string().nullable(),
  tutor: z.enum(['waiting', 'answering', 'answered', 'handed_over']).nullable().openapi({
    description:
      'Of a query to the tutor. `handed_over`: it found no answer in the materials, and the staff have it.',
  }),
  edited_at: timestamp.nullable(),
  version: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
} as const;

/** A query as `queries/queries.ts` lists it. */
export const querySchema = z.object(fields).openapi('Query');

const answerSourceSchema = z
  .object({
    mode: z.enum(['generated', 'retrieval']),
    citations: z.array(citationSchema).openapi({
      description: 'None: the tutor says why it cannot answer.',
    }),
    reason: z.object({ code: z.string(), detail: z.string() }).nullable(),
    model: z.string().nullable(),
  })
  .openapi('TutorAnswerSource');

/** An answer as `queries/answers.ts` returns it. */
export const answerSchema = z
  .object({
    id: z.string(),
    query_id: z.string(),
    author: orNull(personSchema).openapi({
      description: '`null`: the tutor, or an anonymous asker in their own thread.',
    }),
    author_role: z
      .enum(['instructor', 'ta', 'student', 'tutor'])
      .openapi({ description: 'In the course, when it was written.' }),
    by_asker: z.boolean(),
    body_md: z.string(),
    accepted: z.boolean(),
    endorsed_by: orNull(personSchema),
    endorsed_at: timestamp.nullable(),
    tutor: orNull(answerSourceSchema).openapi({
      description: 'How the tutor came to it; `null`: written by a person.',
    }),
    edited_at: timestamp.nullable(),
    created_at: timestamp,
  })
  .openapi('Answer');

export const threadSchema = z
  .object({ ...fields, answers: z.array(answerSchema) })
  .openapi('QueryThread');

export const QUERY_EXAMPLE: z.input<typeof querySchema> = {
  id: 'qry_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  to: 'instructor',
  author: PERSON_EXAMPLE,
  anonymous: false,
  title: 'Why a majority?',
  body_md: 'Would two of five not do?',
  status: 'answered',
  answer_count: 1,
  accepted_answer_id: null,
  tutor: null,
  edited_at: null,
  version: 2,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:05:00.000Z',
};

export const ANSWER_EXAMPLE: z.input<typeof answerSchema> = {
  id: 'ans_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  query_id: QUERY_EXAMPLE.id,
  author: { id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f11', display_name: 'Grace Hopper' },
  author_role: 'instructor',
  by_asker: false,
  body_md: 'Two other pairs could decide otherwise.',
  accepted: false,
  endorsed_by: null,
  endorsed_at: null,
  tutor: null,
  edited_at: null,
  created_at: '2026-11-20T17:05:00.000Z',
};
