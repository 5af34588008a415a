import { z } from '@hono/zod-openapi';
import { answerQuery } from '../../lms/commands/answer-query.ts';
import { postQuery } from '../../lms/commands/post-query.ts';
import { getQuery, listQueries } from '../../lms/queries/queries.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxMessageChars, maxTitleChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import {
  ANSWER_EXAMPLE,
  answerSchema,
  QUERY_EXAMPLE,
  querySchema,
  threadSchema,
} from '../query-schema.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import type { TutorParts } from '../tutor-parts.ts';
import { line, message } from '../units.ts';

const onQuery = z.object({ query_id: idOf('qry') });

const newQuerySchema = z.strictObject({
  to: z.enum(['instructor', 'tutor']),
  title: line(maxTitleChars),
  body_md: message(maxMessageChars),
  anonymous: z.boolean().default(false).openapi({ description: 'To peers; staff see who asked.' }),
});

const yesOrNo = z
  .enum(['true', 'false'])
  .optional()
  .transform((value) => value === 'true');

const filters = {
  unanswered: yesOrNo.openapi({
    type: 'boolean',
    description: 'Only those that nobody but the asker has answered.',
    example: true,
  }),
  mine: yesOrNo.openapi({ type: 'boolean', description: 'Only one’s own.', example: true }),
  to: z.enum(['instructor', 'tutor']).optional().openapi({ description: 'Only those to them.' }),
};

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/queries',
    operationId: 'listQueries',
    summary: 'The queries of a course',
    description:
      'Newest first. All members see the queries to the instructors; one to the tutor is seen by ' +
      'its asker and the staff. Filters narrow together.',
    tags: ['queries'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.int()])).extend(filters) },
    responses: {
      200: json(pageOf(querySchema, 'Query'), 'A page of queries.', {
        items: [QUERY_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const postOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/queries',
    operationId: 'postQuery',
    summary: 'Ask the instructors or the tutor',
    description:
      'To `instructor`: the whole course reads it and may answer. To `tutor`: only the asker and the ' +
      'staff read it; the tutor answers in the thread, from the materials, whatever becomes of this ' +
      'node, or hands it over to the staff. For an answer at once: `POST …/tutor/messages`.',
    tags: ['queries'],
    request: {
      params: courseParams,
      body: jsonBody(newQuerySchema, {
        to: 'instructor',
        title: 'Why a majority?',
        body_md: 'Would two of five not do?',
      }),
    },
    responses: { 201: json(querySchema, 'The new query.', QUERY_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/queries/{query_id}',
    operationId: 'getQuery',
    summary: 'A query with all its answers',
    description: 'Answers are in the order in which they were given.',
    tags: ['queries'],
    request: { params: onQuery },
    responses: {
      200: json(threadSchema, 'The thread.', { ...QUERY_EXAMPLE, answers: [ANSWER_EXAMPLE] }),
    },
  },
  { problems: ['not_found'] },
);

const answerOperation = operation(
  {
    method: 'post',
    path: '/v1/queries/{query_id}/answers',
    operationId: 'answerQuery',
    summary: 'Answer a query',
    description: 'Adds to the thread; nothing overwrites an earlier answer. A thread takes 500.',
    tags: ['queries'],
    request: {
      params: onQuery,
      body: jsonBody(z.strictObject({ body_md: message(maxMessageChars) }), {
        body_md: 'Two other pairs could decide otherwise.',
      }),
    },
    responses: { 201: json(answerSchema, 'The new answer.', ANSWER_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'conflict'] },
);

export function queryRoutes(tutor: Pick<TutorParts, 'asked'>) {
  const app = router();

  app.openapi(listOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const { unanswered, mine, to = null } = query;
    const filter = { unanswered, mine, to };
    const page = await read(c, (reader, actor) =>
      listQueries(reader, actor, course_id, pageRequest(query), filter),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(postOperation, async (c) => {
    const body = c.req.valid('json');
    const query = await submit(c, postQuery, {
      query_id: newId('qry'),
      ...c.req.valid('param'),
      ...body,
      ...(body.to === 'tutor' && { tutor_answers: true }),
    });
    if (query.tutor === 'waiting') tutor.asked(query.id);
    c.header('Location', `/v1/queries/${query.id}`);
    return c.json(query, 201);
  });

  app.openapi(getOperation, async (c) => {
    const { query_id } = c.req.valid('param');
    return c.json(await read(c, (reader, actor) => getQuery(reader, actor, query_id)), 200);
  });

  app.openapi(answerOperation, async (c) => {
    const answer = await submit(c, answerQuery, {
      answer_id: newId('ans'),
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/queries/${answer.query_id}`);
    return c.json(answer, 201);
  });

  return app;
}
