import { z } from '@hono/zod-openapi';
import { deleteOverride } from '../../lms/commands/delete-override.ts';
import { putOverride } from '../../lms/commands/put-override.ts';
import { getOverride, listOverrides } from '../../lms/queries/overrides.ts';
import { ifMatchParameter } from '../components.ts';
import { idOf } from '../id-schema.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { OVERRIDE_EXAMPLE, overrideBody, overrideSchema } from '../override-schema.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { userId, userParams } from '../user-params.ts';

const onAssignment = z.object({ assignment_id: idOf('asg') });
const onStudent = onAssignment.extend(userParams.shape);

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/assignments/{assignment_id}/overrides',
    operationId: 'listOverrides',
    summary: 'The students with dates of their own',
    description: 'For staff, in the order of the user ids.',
    tags: ['assignments'],
    request: { params: onAssignment, query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(overrideSchema, 'Override'), 'A page of overrides.', {
        items: [OVERRIDE_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/assignments/{assignment_id}/overrides/{user_id}',
    operationId: 'getOverride',
    summary: 'The override of one student',
    description: 'For staff, and for the student (`me`).',
    tags: ['assignments'],
    request: { params: onStudent },
    responses: { 200: json(overrideSchema, 'The override.', OVERRIDE_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found'] },
);

const putOperation = operation(
  {
    method: 'put',
    path: '/v1/assignments/{assignment_id}/overrides/{user_id}',
    operationId: 'putOverride',
    summary: 'Give a student dates of their own',
    description:
      'Makes or replaces the override as a whole: what is left out is as the assignment says, `null` is a ' +
      'value (no due date, any number of attempts). The dates that come out must be in order, like those ' +
      'of an assignment. What was handed in already is judged by the new dates, too. The same again ' +
      'changes nothing. `If-Match: "0"` only makes one.',
    tags: ['assignments'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onStudent,
      body: jsonBody(overrideBody, {
        due_at: '2026-12-04T23:00:00.000Z',
        reason: 'Ill, with a certificate.',
      }),
    },
    responses: { 200: json(overrideSchema, 'The override.', OVERRIDE_EXAMPLE) },
  },
  {
    problems: ['forbidden', 'not_found', 'course_not_active', 'invalid_value', 'version_mismatch'],
  },
);

const deleteOperation = operation(
  {
    method: 'delete',
    path: '/v1/assignments/{assignment_id}/overrides/{user_id}',
    operationId: 'deleteOverride',
    summary: 'Let the dates of the assignment hold again',
    tags: ['assignments'],
    parameters: [ifMatchParameter(false)],
    request: { params: onStudent },
    responses: { 204: { description: 'There is no override any more.' } },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'version_mismatch'] },
);

export function overrideRoutes() {
  const app = router();

  app.openapi(listOperation, async (c) => {
    const { assignment_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listOverrides(reader, actor, assignment_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(getOperation, async (c) => {
    const { assignment_id, user_id } = c.req.valid('param');
    const override = await read(c, (reader, actor) =>
      getOverride(reader, actor, assignment_id, userId(c, user_id)),
    );
    return c.json(override, 200);
  });

  app.openapi(putOperation, async (c) => {
    const { assignment_id, user_id } = c.req.valid('param');
    const override = await submit(c, putOverride, {
      assignment_id,
      user_id: userId(c, user_id),
      ...present(c.req.valid('json')),
      ...expectedVersion(c),
    });
    return c.json(override, 200);
  });

  app.openapi(deleteOperation, async (c) => {
    const { assignment_id, user_id } = c.req.valid('param');
    await submit(c, deleteOverride, {
      assignment_id,
      user_id: userId(c, user_id),
      ...expectedVersion(c),
    });
    return c.body(null, 204);
  });

  return app;
}
