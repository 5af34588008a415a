import { z } from '@hono/zod-openapi';
import { answerLimits } from '../tutor/limits.ts';
import { idOf } from './id-schema.ts';
import { maxTutorMaterials } from './limits.ts';
import { message, timestamp } from './units.ts';

export const citationSchema = z
  .object({
    n: z.int().openapi({ description: 'The number in brackets in the answer.' }),
    material_id: z.string(),
    title: z.string(),
    page: z.int().openapi({ description: 'Physical number from 1, as PDF readers count.' }),
    page_label: z.string().nullable().openapi({ description: 'As printed, where known.' }),
    quote: z.string().openapi({ description: 'Word for word from the page.' }),
  })
  .openapi('Citation');

/** A question with its answer, as `queries/tutor.ts` returns it. */
export const tutorMessageSchema = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    question_md: z.string(),
    mode: z.enum(['generated', 'retrieval']).openapi({
      description: '`generated`: written by a model. `retrieval`: passages of the materials only.',
    }),
    body_md: z.string().openapi({ description: 'The answer.' }),
    citations: z
      .array(citationSchema)
      .readonly()
      .openapi({ description: 'Found and checked by the server, sentence by sentence.' }),
    reason: z
      .object({ code: z.string(), detail: z.string() })
      .nullable()
      .openapi({ description: 'Why there is no generated answer.' }),
    model: z.string().nullable(),
    created_at: timestamp,
  })
  .openapi('TutorMessage');

const conversationFields = {
  id: z.string(),
  course_id: z.string(),
  title: z.string(),
  message_count: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
} as const;

export const conversationSchema = z.object(conversationFields).openapi('TutorConversation');

export const conversationThreadSchema = z
  .object({ ...conversationFields, messages: z.array(tutorMessageSchema).readonly() })
  .openapi('TutorConversationThread');

export const questionSchema = z.strictObject({
  conversation_id: idOf('cnv').optional().openapi({ description: 'Absent: a new one is begun.' }),
  body_md: message(answerLimits.maxQuestionCharacters),
  material_ids: z
    .array(idOf('mat'))
    .min(1)
    .max(maxTutorMaterials)
    .optional()
    .openapi({ description: 'Answer from these materials only.' }),
});

export const tutorStatusSchema = z
  .object({
    mode: z.enum(['generated', 'retrieval']).openapi({
      description: 'How a question would be answered now.',
    }),
    state: z.enum(['ready', 'unreachable', 'model_missing', 'paused', 'not_configured']),
    model: z.string().nullable(),
    version: z.string().nullable().openapi({ description: 'Of the model server.' }),
    detail: z.string().nullable().openapi({ description: 'What to do; for administrators only.' }),
  })
  .openapi('TutorStatus');

export const TUTOR_MESSAGE_EXAMPLE: z.input<typeof tutorMessageSchema> = {
  id: 'msg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  conversation_id: 'cnv_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  question_md: 'What starts an election?',
  mode: 'generated',
  body_md: 'A follower that hears no heartbeat starts a leader election. [1]',
  citations: [
    {
      n: 1,
      material_id: 'mat_019a9457c1d07c1e8a5f4c2b7d3e9f10',
      title: 'In search of an understandable consensus algorithm',
      page: 5,
      page_label: '309',
      quote: 'Raft uses a heartbeat mechanism to trigger leader election.',
    },
  ],
  reason: null,
  model: 'deepseek-r1:1.5b',
  created_at: '2026-11-20T17:00:00.000Z',
};

export const CONVERSATION_EXAMPLE: z.input<typeof conversationSchema> = {
  id: TUTOR_MESSAGE_EXAMPLE.conversation_id,
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  title: TUTOR_MESSAGE_EXAMPLE.question_md,
  message_count: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};
