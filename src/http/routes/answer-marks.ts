import { z } from '@hono/zod-openapi';
import { acceptAnswer } from '../../lms/commands/accept-answer.ts';
import { endorseAnswer } from '../../lms/commands/endorse-answer.ts';
import { idOf } from '../id-schema.ts';
import { json, operation, router } from '../operation.ts';
import { ANSWER_EXAMPLE, answerSchema } from '../query-schema.ts';
import { submit } from '../submit.ts';

const params = z.object({ query_id: idOf('qry'), answer_id: idOf('ans') });
const responses = { 200: json(answerSchema, 'The answer as it is now.', ANSWER_EXAMPLE) };
const problems = { problems: ['forbidden', 'not_found', 'course_not_active'] } as const;

const acceptOperation = operation(
  {
    method: 'put',
    path: '/v1/queries/{query_id}/answers/{answer_id}/accepted',
    operationId: 'acceptAnswer',
    summary: 'Accept an answer',
    description: 'By the asker or the staff. A query has one accepted answer: the latest.',
    tags: ['queries'],
    request: { params },
    responses,
  },
  problems,
);

const unacceptOperation = operation(
  {
    method: 'delete',
    path: '/v1/queries/{query_id}/answers/{answer_id}/accepted',
    operationId: 'unacceptAnswer',
    summary: 'Take the acceptance of an answer back',
    tags: ['queries'],
    request: { params },
    responses,
  },
  problems,
);

const endorseOperation = operation(
  {
    method: 'put',
    path: '/v1/queries/{query_id}/answers/{answer_id}/endorsed',
    operationId: 'endorseAnswer',
    summary: 'Endorse an answer',
    description: 'By the staff, whoever wrote it. The first one to do so is named.',
    tags: ['queries'],
    request: { params },
    responses,
  },
  problems,
);

const unendorseOperation = operation(
  {
    method: 'delete',
    path: '/v1/queries/{query_id}/answers/{answer_id}/endorsed',
    operationId: 'unendorseAnswer',
    summary: 'Take the endorsement of an answer back',
    tags: ['queries'],
    request: { params },
    responses,
  },
  problems,
);

/** What readers say of an answer; the same again changes nothing. */
export function answerMarkRoutes() {
  const app = router();

  app.openapi(acceptOperation, async (c) =>
    c.json(await submit(c, acceptAnswer, { ...c.req.valid('param'), accepted: true }), 200),
  );
  app.openapi(unacceptOperation, async (c) =>
    c.json(await submit(c, acceptAnswer, { ...c.req.valid('param'), accepted: false }), 200),
  );
  app.openapi(endorseOperation, async (c) =>
    c.json(await submit(c, endorseAnswer, { ...c.req.valid('param'), endorsed: true }), 200),
  );
  app.openapi(unendorseOperation, async (c) =>
    c.json(await submit(c, endorseAnswer, { ...c.req.valid('param'), endorsed: false }), 200),
  );

  return app;
}
