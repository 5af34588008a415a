import { z } from '@hono/zod-openapi';
import { answerRegradeRequest } from '../../lms/commands/answer-regrade-request.ts';
import { requestRegrade } from '../../lms/commands/request-regrade.ts';
import {
  getRegradeRequest,
  listRegradeRequests,
  listRegradeRequestsOfCourse,
} from '../../lms/queries/regrade-requests.ts';
import { ifMatchParameter } from '../components.ts';
import { courseParams } from '../course-schema.ts';
import { REGRADE_REQUEST_EXAMPLE, regradeRequestSchema } from '../grading-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxMessageChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { message } from '../units.ts';

const onSubmission = z.object({ submission_id: idOf('sub') });
const onRequest = z.object({ request_id: idOf('rgr') });
const page = {
  200: json(pageOf(regradeRequestSchema, 'RegradeRequest'), 'A page of requests.', {
    items: [REGRADE_REQUEST_EXAMPLE],
    next_cursor: null,
  }),
};

const requestOperation = operation(
  {
    method: 'post',
    path: '/v1/submissions/{submission_id}/regrade-requests',
    operationId: 'requestRegrade',
    summary: 'Ask to have a posted grade looked at again',
    description:
      'By the student whose work it is; one request is open at a time, and a submission takes 20.',
    tags: ['grades'],
    request: {
      params: onSubmission,
      body: jsonBody(z.strictObject({ reason_md: message(maxMessageChars) }), {
        reason_md: REGRADE_REQUEST_EXAMPLE.reason_md,
      }),
    },
    responses: { 201: json(regradeRequestSchema, 'The request.', REGRADE_REQUEST_EXAMPLE) },
  },
  {
    // What a student does: no grading.
    scope: 'write',
    problems: ['forbidden', 'not_found', 'course_not_active', 'conflict'],
  },
);

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/submissions/{submission_id}/regrade-requests',
    operationId: 'listRegradeRequests',
    summary: 'What was asked about a grade, and what was answered',
    description: 'Oldest first; the student and the staff see the same.',
    tags: ['grades'],
    request: { params: onSubmission, query: pageQuery(z.tuple([z.int()])) },
    responses: page,
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const listOfCourseOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/regrade-requests',
    operationId: 'listRegradeRequestsOfCourse',
    summary: 'The regrade requests of a course',
    description: 'For staff, oldest first.',
    tags: ['grades'],
    request: {
      params: courseParams,
      query: pageQuery(z.tuple([z.int()])).extend({
        state: z.enum(['open', 'accepted', 'declined']).default('open'),
      }),
    },
    responses: page,
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/regrade-requests/{request_id}',
    operationId: 'getRegradeRequest',
    summary: 'A regrade request',
    tags: ['grades'],
    request: { params: onRequest },
    responses: { 200: json(regradeRequestSchema, 'The request.', REGRADE_REQUEST_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const answerOperation = operation(
  {
    method: 'put',
    path: '/v1/regrade-requests/{request_id}/answer',
    operationId: 'answerRegradeRequest',
    summary: 'Accept or decline a regrade request',
    description:
      'By the staff, once. Accepting changes no points: save the new grade as always, its history ' +
      'says who and why.',
    tags: ['grades'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onRequest,
      body: jsonBody(
        z.strictObject({
          state: z.enum(['accepted', 'declined']),
          answer_md: message(maxMessageChars),
        }),
        { state: 'accepted', answer_md: 'You are right, I had missed page 3.' },
      ),
    },
    responses: {
      200: json(regradeRequestSchema, 'The request with its answer.', {
        ...REGRADE_REQUEST_EXAMPLE,
        state: 'accepted',
        answer_md: 'You are right, I had missed page 3.',
        answered_by: REGRADE_REQUEST_EXAMPLE.student,
        answered_at: '2026-11-21T09:00:00.000Z',
        version: 2,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'version_mismatch', 'conflict'] },
);

export function regradeRequestRoutes() {
  const app = router();

  app.openapi(requestOperation, async (c) => {
    const request = await submit(c, requestRegrade, {
      request_id: newId('rgr'),
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/regrade-requests/${request.id}`);
    return c.json(request, 201);
  });

  app.openapi(listOperation, async (c) => {
    const { submission_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const found = await read(c, (reader, actor) =>
      listRegradeRequests(reader, actor, submission_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, found), 200);
  });

  app.openapi(listOfCourseOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const { state, ...query } = c.req.valid('query');
    const found = await read(c, (reader, actor) =>
      listRegradeRequestsOfCourse(reader, actor, course_id, state, pageRequest(query)),
    );
    return c.json(pageAnswer(c, found), 200);
  });

  app.openapi(getOperation, async (c) => {
    const { request_id } = c.req.valid('param');
    return c.json(
      await read(c, (reader, actor) => getRegradeRequest(reader, actor, request_id)),
      200,
    );
  });

  app.openapi(answerOperation, async (c) => {
    const request = await submit(c, answerRegradeRequest, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...c.req.valid('json'),
    });
    return c.json(request, 200);
  });

  return app;
}
