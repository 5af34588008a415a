import { z } from '@hono/zod-openapi';
import { createCourse } from '../../lms/commands/create-course.ts';
import { deleteCourse } from '../../lms/commands/delete-course.ts';
import { updateCourse } from '../../lms/commands/update-course.ts';
import { listCourses, requireReadableCourse } from '../../lms/queries/courses.ts';
import { ifMatchParameter } from '../components.ts';
import {
  COURSE_EXAMPLE,
  courseChanges,
  courseParams,
  courseSchema,
  newCourse,
} from '../course-schema.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const list = operation(
  {
    method: 'get',
    path: '/v1/courses',
    operationId: 'listCourses',
    summary: 'List one’s courses',
    description:
      'The courses that the caller is enrolled in, oldest first; all for administrators.',
    tags: ['courses'],
    request: { query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(courseSchema, 'Course'), 'A page of courses.', {
        items: [COURSE_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/courses',
    operationId: 'createCourse',
    summary: 'Create a course',
    description: 'For instructors and administrators. The creator becomes its instructor.',
    tags: ['courses'],
    request: {
      body: jsonBody(newCourse, {
        code: 'CS-347',
        title: 'Distributed Systems',
        description_md: 'Consensus, *replication* and what goes wrong.',
      }),
    },
    responses: { 201: json(courseSchema, 'The new course.', COURSE_EXAMPLE) },
  },
  { problems: ['forbidden'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}',
    operationId: 'getCourse',
    summary: 'Read a course',
    tags: ['courses'],
    request: { params: courseParams },
    responses: { 200: json(courseSchema, 'The course.', COURSE_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const update = operation(
  {
    method: 'patch',
    path: '/v1/courses/{course_id}',
    operationId: 'updateCourse',
    summary: 'Change or archive a course',
    description:
      'For its instructors. An archived course can be read, not changed, until `status` is `active` again.',
    tags: ['courses'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: courseParams,
      body: patchBody(courseChanges, { title: 'Distributed Systems II' }),
    },
    responses: { 200: json(courseSchema, 'The course as it is now.', COURSE_EXAMPLE) },
  },
  { problems: ['not_found', 'forbidden', 'course_not_active', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/courses/{course_id}',
    operationId: 'deleteCourse',
    summary: 'Delete a course',
    description: 'For its instructors. Nobody finds the course or anything in it any more.',
    tags: ['courses'],
    parameters: [ifMatchParameter(false)],
    request: { params: courseParams },
    responses: { 204: { description: 'The course is deleted.' } },
  },
  { problems: ['not_found', 'forbidden', 'version_mismatch'] },
);

export function courseRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const courses = await read(c, (reader, actor) =>
      listCourses(reader, actor, pageRequest(query)),
    );
    return c.json(pageAnswer(c, courses), 200);
  });

  app.openapi(create, async (c) => {
    const { description_md = '', ...body } = c.req.valid('json');
    const course = await submit(c, createCourse, {
      course_id: newId('crs'),
      description_md,
      ...body,
    });
    c.header('Location', `/v1/courses/${course.id}`);
    return c.json(course, 201);
  });

  app.openapi(get, async (c) => {
    const { course_id } = c.req.valid('param');
    const course = await read(c, (reader, actor) =>
      requireReadableCourse(reader, actor, course_id),
    );
    return c.json(course, 200);
  });

  app.openapi(update, async (c) => {
    const course = await submit(c, updateCourse, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(course, 200);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteCourse, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
