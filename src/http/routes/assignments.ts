import { z } from '@hono/zod-openapi';
import { createAssignment } from '../../lms/commands/create-assignment.ts';
import { deleteAssignment } from '../../lms/commands/delete-assignment.ts';
import { updateAssignment } from '../../lms/commands/update-assignment.ts';
import { getAssignment, listAssignments } from '../../lms/queries/assignments.ts';
import {
  ASSIGNMENT_EXAMPLE,
  assignmentPatchSchema,
  assignmentSchema,
  newAssignmentSchema,
} from '../assignment-schema.ts';
import { ifMatchParameter } from '../components.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { requireIfMatch } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const onAssignment = z.object({ assignment_id: idOf('asg') });
const changing = [
  'forbidden',
  'not_found',
  'course_not_active',
  'version_mismatch',
  'version_required',
] as const;

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/assignments',
    operationId: 'listAssignments',
    summary: 'The assignments of a course',
    description: 'Oldest first. Students see of one that is not open yet only title and dates.',
    tags: ['assignments'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(assignmentSchema, 'Assignment'), 'A page of assignments.', {
        items: [ASSIGNMENT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'invalid_cursor'] },
);

const createOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/assignments',
    operationId: 'createAssignment',
    summary: 'Make an assignment',
    description: 'By an instructor of the course. `unlock_at`, `due_at`, `lock_at`: in this order.',
    tags: ['assignments'],
    request: {
      params: courseParams,
      body: jsonBody(newAssignmentSchema, {
        title: 'Essay on consensus',
        body_md: 'Explain why a majority is enough.',
        points_possible: 100,
        due_at: '2026-12-01T23:00:00.000Z',
      }),
    },
    responses: { 201: json(assignmentSchema, 'The new assignment.', ASSIGNMENT_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'invalid_value'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/assignments/{assignment_id}',
    operationId: 'getAssignment',
    summary: 'An assignment',
    tags: ['assignments'],
    request: { params: onAssignment },
    responses: { 200: json(assignmentSchema, 'The assignment.', ASSIGNMENT_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const updateOperation = operation(
  {
    method: 'patch',
    path: '/v1/assignments/{assignment_id}',
    operationId: 'updateAssignment',
    summary: 'Change an assignment',
    description:
      'JSON Merge Patch: `null` removes a date or the limit of attempts, `attachments` and `topics` ' +
      'are replaced whole, so are the criteria of a `rubric`. What changes nothing makes no new version. ' +
      'Lowering `points_possible` changes no grade that was given. When `due_at` moves, the lateness of what was handed in moves with it.',
    tags: ['assignments'],
    parameters: [ifMatchParameter(true)],
    request: {
      params: onAssignment,
      body: patchBody(assignmentPatchSchema, { due_at: '2026-12-03T23:00:00.000Z' }),
    },
    responses: { 200: json(assignmentSchema, 'The assignment as it is now.', ASSIGNMENT_EXAMPLE) },
  },
  { problems: [...changing, 'invalid_value'] },
);

const deleteOperation = operation(
  {
    method: 'delete',
    path: '/v1/assignments/{assignment_id}',
    operationId: 'deleteAssignment',
    summary: 'Delete an assignment',
    description: 'Only while nobody has handed in: what was handed in is never lost.',
    tags: ['assignments'],
    parameters: [ifMatchParameter(true)],
    request: { params: onAssignment },
    responses: { 204: { description: 'It is deleted.' } },
  },
  { problems: [...changing, 'conflict'] },
);

export function assignmentRoutes() {
  const app = router();

  app.openapi(listOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listAssignments(reader, actor, course_id, c.get('receivedAt'), pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(createOperation, async (c) => {
    const assignment = await submit(c, createAssignment, {
      assignment_id: newId('asg'),
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/assignments/${assignment.id}`);
    return c.json(assignment, 201);
  });

  app.openapi(getOperation, async (c) => {
    const { assignment_id } = c.req.valid('param');
    const assignment = await read(c, (reader, actor) =>
      getAssignment(reader, actor, assignment_id, c.get('receivedAt')),
    );
    return c.json(assignment, 200);
  });

  app.openapi(updateOperation, async (c) => {
    const { late_policy, ...changes } = c.req.valid('json');
    const assignment = await submit(c, updateAssignment, {
      ...c.req.valid('param'),
      expected_version: requireIfMatch(c),
      ...present(changes),
      ...(late_policy !== undefined && { late_policy: late_policy && present(late_policy) }),
    });
    return c.json(assignment, 200);
  });

  app.openapi(deleteOperation, async (c) => {
    await submit(c, deleteAssignment, {
      ...c.req.valid('param'),
      expected_version: requireIfMatch(c),
    });
    return c.body(null, 204);
  });

  return app;
}
