import { z } from '@hono/zod-openapi';
import { enroll } from '../../lms/commands/enroll.ts';
import { unenroll } from '../../lms/commands/unenroll.ts';
import { requireInCourse } from '../../lms/policy.ts';
import { listEnrollments } from '../../lms/queries/enrollments.ts';
import { ifMatchParameter } from '../components.ts';
import {
  courseParams,
  ENROLLMENT_EXAMPLE,
  enrollmentBody,
  enrollmentFilter,
  enrollmentSchema,
} from '../course-schema.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { userId, userParams } from '../user-params.ts';

const enrollmentParams = courseParams.extend(userParams.shape);

const list = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/enrollments',
    operationId: 'listEnrollments',
    summary: 'List the people of a course',
    description: 'For its staff. In the order of the user ids; `role` filters.',
    tags: ['enrollments'],
    request: {
      params: courseParams,
      query: pageQuery(z.tuple([z.string()])).extend(enrollmentFilter),
    },
    responses: {
      200: json(pageOf(enrollmentSchema, 'Enrollment'), 'A page of enrollments.', {
        items: [ENROLLMENT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['not_found', 'forbidden', 'invalid_cursor'] },
);

const put = operation(
  {
    method: 'put',
    path: '/v1/courses/{course_id}/enrollments/{user_id}',
    operationId: 'enroll',
    summary: 'Enroll a user, or change the role',
    description:
      'For instructors of the course and administrators. The same again changes nothing. ' +
      'A course keeps at least one instructor. `GET /v1/users?username=` finds the id.',
    tags: ['enrollments'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: enrollmentParams,
      body: jsonBody(enrollmentBody, { role: 'student' }),
    },
    responses: { 200: json(enrollmentSchema, 'The enrollment.', ENROLLMENT_EXAMPLE) },
  },
  { problems: ['not_found', 'forbidden', 'conflict', 'course_not_active', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/courses/{course_id}/enrollments/{user_id}',
    operationId: 'unenroll',
    summary: 'Take a user out of a course',
    description:
      'For instructors of the course and administrators. What was handed in and graded stays.',
    tags: ['enrollments'],
    parameters: [ifMatchParameter(false)],
    request: { params: enrollmentParams },
    responses: { 204: { description: 'The user is not enrolled any more.' } },
  },
  { problems: ['not_found', 'forbidden', 'conflict', 'course_not_active', 'version_mismatch'] },
);

export function enrollmentRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const people = await read(c, (reader, actor) => {
      requireInCourse(reader, actor, course_id, 'enrollment.list');
      return listEnrollments(reader, course_id, pageRequest(query), query.role);
    });
    return c.json(pageAnswer(c, people), 200);
  });

  app.openapi(put, async (c) => {
    const { course_id, user_id } = c.req.valid('param');
    const enrollment = await submit(c, enroll, {
      course_id,
      user_id: userId(c, user_id),
      ...c.req.valid('json'),
      ...expectedVersion(c),
    });
    return c.json(enrollment, 200);
  });

  app.openapi(remove, async (c) => {
    const { course_id, user_id } = c.req.valid('param');
    await submit(c, unenroll, { course_id, user_id: userId(c, user_id), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
