import { z } from '@hono/zod-openapi';
import { getConversation, listConversations } from '../../lms/queries/tutor.ts';
import { courseParams } from '../course-schema.ts';
import { callerOf } from '../env.ts';
import { idOf } from '../id-schema.ts';
import { json, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { read } from '../read.ts';
import type { TutorParts } from '../tutor-parts.ts';
import {
  CONVERSATION_EXAMPLE,
  conversationSchema,
  conversationThreadSchema,
  TUTOR_MESSAGE_EXAMPLE,
  tutorStatusSchema,
} from '../tutor-schema.ts';

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

export function tutorConversationRoutes(tutor: Pick<TutorParts, 'model'>) {
  const app = router();

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
