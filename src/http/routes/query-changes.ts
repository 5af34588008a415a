import { z } from '@hono/zod-openapi';
import { deleteAnswer } from '../../lms/commands/delete-answer.ts';
import { deleteQuery } from '../../lms/commands/delete-query.ts';
import { updateAnswer } from '../../lms/commands/update-answer.ts';
import { updateQuery } from '../../lms/commands/update-query.ts';
import { ifMatchParameter } from '../components.ts';
import { idOf } from '../id-schema.ts';
import { maxMessageChars, maxTitleChars } from '../limits.ts';
import { json, operation, patchBody, router } from '../operation.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { ANSWER_EXAMPLE, answerSchema, QUERY_EXAMPLE, threadSchema } from '../query-schema.ts';
import { submit } from '../submit.ts';
import { line, message } from '../units.ts';

const onQuery = z.object({ query_id: idOf('qry') });
const onAnswer = z.object({ query_id: idOf('qry'), answer_id: idOf('ans') });

const updateQueryOperation = operation(
  {
    method: 'patch',
    path: '/v1/queries/{query_id}',
    operationId: 'updateQuery',
    summary: 'Change one’s own question',
    description: 'By the asker. `edited_at` shows that it was changed; anonymity stays as it is.',
    tags: ['queries'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onQuery,
      body: patchBody(
        z.strictObject({
          title: line(maxTitleChars).optional(),
          body_md: message(maxMessageChars).optional(),
        }),
        { body_md: 'Would two of five not do? Or three of six?' },
      ),
    },
    responses: {
      200: json(threadSchema, 'The thread as it is now.', {
        ...QUERY_EXAMPLE,
        answers: [ANSWER_EXAMPLE],
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'version_mismatch'] },
);

const deleteQueryOperation = operation(
  {
    method: 'delete',
    path: '/v1/queries/{query_id}',
    operationId: 'deleteQuery',
    summary: 'Delete a question',
    description: 'By the staff; by the asker until another has answered. Nobody finds it any more.',
    tags: ['queries'],
    parameters: [ifMatchParameter(false)],
    request: { params: onQuery },
    responses: { 204: { description: 'The thread is deleted.' } },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'course_not_active', 'version_mismatch'] },
);

const updateAnswerOperation = operation(
  {
    method: 'patch',
    path: '/v1/queries/{query_id}/answers/{answer_id}',
    operationId: 'updateAnswer',
    summary: 'Change one’s own answer',
    description: 'By its author. An endorsement was for what it said before, and is taken back.',
    tags: ['queries'],
    request: {
      params: onAnswer,
      body: patchBody(z.strictObject({ body_md: message(maxMessageChars) }), {
        body_md: ANSWER_EXAMPLE.body_md,
      }),
    },
    responses: { 200: json(answerSchema, 'The answer as it is now.', ANSWER_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

const deleteAnswerOperation = operation(
  {
    method: 'delete',
    path: '/v1/queries/{query_id}/answers/{answer_id}',
    operationId: 'deleteAnswer',
    summary: 'Delete an answer',
    description:
      'By its author or the staff. Nobody finds it any more; the query may be open again.',
    tags: ['queries'],
    request: { params: onAnswer },
    responses: { 204: { description: 'The answer is deleted.' } },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

/** What becomes of what was said. */
export function queryChangeRoutes() {
  const app = router();

  app.openapi(updateQueryOperation, async (c) => {
    const query = await submit(c, updateQuery, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(query, 200);
  });

  app.openapi(deleteQueryOperation, async (c) => {
    await submit(c, deleteQuery, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  app.openapi(updateAnswerOperation, async (c) => {
    const payload = { ...c.req.valid('param'), ...c.req.valid('json') };
    return c.json(await submit(c, updateAnswer, payload), 200);
  });

  app.openapi(deleteAnswerOperation, async (c) => {
    await submit(c, deleteAnswer, c.req.valid('param'));
    return c.body(null, 204);
  });

  return app;
}
