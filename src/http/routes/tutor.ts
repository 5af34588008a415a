import { z } from '@hono/zod-openapi';
import { recordTutorMessage } from '../../lms/commands/record-tutor-message.ts';
import { requireInActiveCourse } from '../../lms/policy.ts';
import { countPassages, searchPassages } from '../../lms/queries/passages.ts';
import { getConversation, listConversations } from '../../lms/queries/tutor.ts';
import type { Reader } from '../../lms/reader.ts';
import type { Actor } from '../../lms/tx.ts';
import { answerQuestion, type TutorAnswer } from '../../tutor/answer.ts';
import { OllamaError } from '../../tutor/ollama/ollama-error.ts';
import { requestDeadline } from '../consistency.ts';
import { courseParams } from '../course-schema.ts';
import { type ApiContext, callerOf } from '../env.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import type { TutorParts } from '../tutor-parts.ts';
import {
  CONVERSATION_EXAMPLE,
  conversationSchema,
  conversationThreadSchema,
  questionSchema,
  TUTOR_MESSAGE_EXAMPLE,
  tutorMessageSchema,
  tutorStatusSchema,
} from '../tutor-schema.ts';

const askOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/tutor/messages',
    operationId: 'askTutor',
    summary: 'Ask the tutor',
    description:
      'Answered from the materials of the course, with the pages. Without a model, or when it ' +
      'fails, the answer is the passages themselves: `mode` says which, `reason` says why. ' +
      'Waiting for the model is not part of `LMS-Timeout-Ms`.',
    tags: ['tutor'],
    request: {
      params: courseParams,
      body: jsonBody(questionSchema, { body_md: TUTOR_MESSAGE_EXAMPLE.question_md }),
    },
    responses: {
      201: json(tutorMessageSchema, 'The question and its answer, stored.', TUTOR_MESSAGE_EXAMPLE),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'conflict', 'request_timeout'] },
);

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/tutor/conversations',
    operationId: 'listTutorConversations',
    summary: 'One’s own conversations with the tutor',
    description: 'Newest first.',
    tags: ['tutor'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(conversationSchema, 'TutorConversation'), 'A page of conversations.', {
        items: [CONVERSATION_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/tutor/conversations/{conversation_id}',
    operationId: 'getTutorConversation',
    summary: 'A conversation with the tutor',
    description: 'With its messages, oldest first. Only whoever began it reads it.',
    tags: ['tutor'],
    request: { params: z.object({ conversation_id: idOf('cnv') }) },
    responses: {
      200: json(conversationThreadSchema, 'The conversation.', {
        ...CONVERSATION_EXAMPLE,
        messages: [TUTOR_MESSAGE_EXAMPLE],
      }),
    },
  },
  { problems: ['not_found'] },
);

const statusOperation = operation({
  method: 'get',
  path: '/v1/tutor/status',
  operationId: 'getTutorStatus',
  summary: 'Whether a model answers',
  description: 'As this node sees it; nodes may have different model servers.',
  tags: ['tutor'],
  responses: {
    200: json(tutorStatusSchema, 'How a question would be answered now.', {
      mode: 'generated',
      state: 'ready',
      model: 'deepseek-r1:1.5b',
      version: '0.33.0',
      detail: null,
    }),
  },
});

export function tutorRoutes(tutor: Pick<TutorParts, 'model'>) {
  const app = router();

  app.openapi(askOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const question = { course_id, ...c.req.valid('json') };
    const answer = await answerOf(c, question, tutor.model);
    // The model took its time; waiting for the majority begins only now.
    c.set('deadline', requestDeadline(c));
    const { conversation_id } = question;
    const message = await submit(c, recordTutorMessage, {
      message_id: newId('msg'),
      course_id,
      conversation_id: conversation_id ?? newId('cnv'),
      is_new: conversation_id === undefined,
      question_md: question.body_md,
      ...answer,
    });
    c.header('Location', `/v1/tutor/conversations/${message.conversation_id}`);
    return c.json(message, 201);
  });

  app.openapi(listOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listConversations(reader, actor, course_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(getOperation, async (c) => {
    const { conversation_id } = c.req.valid('param');
    const thread = await read(c, (reader, actor) =>
      getConversation(reader, actor, conversation_id),
    );
    return c.json(thread, 200);
  });

  app.openapi(statusOperation, async (c) => {
    const none = { state: 'not_configured', model: null, version: null, detail: null } as const;
    const status = (await tutor.model?.status()) ?? none;
    const isAdmin = callerOf(c).actor.site_role === 'admin';
    const mode = status.state === 'ready' ? 'generated' : 'retrieval';
    return c.json({ ...status, mode, detail: isAdmin ? status.detail : null } as const, 200);
  });

  return app;
}

interface Question {
  readonly course_id: string;
  readonly body_md: string;
  readonly conversation_id?: string | undefined;
  readonly material_ids?: readonly string[] | undefined;
}

/**
 * Searches at the point of the log that the request asks for, then asks the model. Nothing is
 * written yet, so whatever fails here was not applied.
 */
async function answerOf(
  c: ApiContext,
  question: Question,
  model: TutorParts['model'],
): Promise<TutorAnswer> {
  try {
    return await read(c, (reader, actor) => {
      requireInActiveCourse(reader, actor, question.course_id, 'tutor.ask');
      const history = historyOf(reader, actor, question);
      return answerQuestion(
        { body_md: question.body_md, history },
        indexOf(reader, question),
        model,
        c.req.raw.signal,
      );
    });
  } catch (error) {
    if (error instanceof OllamaError) {
      throw new Problem('request_timeout', 'The question was withdrawn before it was answered.');
    }
    if (!(error instanceof Problem)) throw error;
    const { code, message, errors, extra } = error;
    throw new Problem(code, message, { errors, extra: { ...extra, outcome: 'not_applied' } });
  }
}

/** Only of a conversation in this course; `not_found` for all others. */
function historyOf(reader: Reader, actor: Actor, question: Question) {
  const { conversation_id } = question;
  if (conversation_id === undefined) return [];
  const conversation = getConversation(reader, actor, conversation_id);
  if (conversation.course_id !== question.course_id) {
    throw new Problem('not_found', 'There is no such conversation of yours.');
  }
  return conversation.messages.map(({ question_md, body_md }) => ({
    question: question_md,
    answer: body_md,
  }));
}

function indexOf(reader: Reader, question: Question) {
  const scope = {
    course_id: question.course_id,
    material_ids: question.material_ids ?? null,
  };
  return {
    search: (match: string, limit: number) => searchPassages(reader, scope, match, limit),
    count: (match: string | null) => countPassages(reader, scope, match),
  };
}
