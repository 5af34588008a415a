import { z } from '@hono/zod-openapi';
import { updateStudentProgress } from '../../lms/commands/update-student-progress.ts';
import { courseStatistics } from '../../lms/queries/course-statistics.ts';
import { getProgress, listProgress } from '../../lms/queries/progress.ts';
import { courseParams } from '../course-schema.ts';
import { idOf } from '../id-schema.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import {
  COURSE_STATISTICS_EXAMPLE,
  courseStatisticsSchema,
  MATERIAL_PROGRESS_EXAMPLE,
  materialProgressSchema,
  PROGRESS_EXAMPLE,
  progressInDetailSchema,
  progressSchema,
} from '../progress-schema.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { userId } from '../user-params.ts';

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/progress',
    operationId: 'listProgress',
    summary: 'How the students of a course stand',
    description: 'For staff: all enrolled students, page by page. From posted grades only.',
    tags: ['progress'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(progressSchema, 'Progress'), 'A page of students.', {
        items: [PROGRESS_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/progress/{user_id}',
    operationId: 'getProgress',
    summary: 'How a student stands, and what to do next',
    description: 'One’s own (`me`), or that of a student for the staff. Both see the same.',
    tags: ['progress'],
    request: { params: courseParams.extend({ user_id: idOf('usr') }) },
    responses: {
      200: json(progressInDetailSchema, 'The progress.', {
        ...PROGRESS_EXAMPLE,
        topics: [{ topic: 'consensus', assignment_count: 2, graded_count: 1, percent: 62.5 }],
        materials: [MATERIAL_PROGRESS_EXAMPLE],
        next: [
          {
            kind: 'hand_in',
            assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
            title: 'Essay on consensus',
            due_at: '2026-12-01T23:00:00.000Z',
            is_overdue: false,
          },
          { kind: 'review', topic: 'consensus', percent: 62.5 },
          {
            kind: 'read',
            material_id: MATERIAL_PROGRESS_EXAMPLE.material_id,
            title: MATERIAL_PROGRESS_EXAMPLE.title,
          },
        ],
      }),
    },
  },
  { problems: ['not_found'] },
);

const updateOperation = operation(
  {
    method: 'put',
    path: '/v1/materials/{material_id}/progress',
    operationId: 'updateStudentProgress',
    summary: 'Say how far you are with a material',
    description: '`unread` takes it back.',
    tags: ['progress'],
    request: {
      params: z.object({ material_id: idOf('mat') }),
      body: jsonBody(
        z.strictObject({
          state: z.enum(['unread', 'started', 'done']),
          page: z.int().min(1).max(100_000).nullable().default(null),
        }),
        { state: 'started', page: 12 },
      ),
    },
    responses: { 200: json(materialProgressSchema, 'As it is now.', MATERIAL_PROGRESS_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

const courseOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/statistics',
    operationId: 'getCourseStatistics',
    summary: 'What happens in a course, in numbers',
    description:
      'For staff. Of students who are enrolled now, and of posted grades as they were entered: how well ' +
      'the work was done, not when it came. What lateness costs is in the numbers of an assignment.',
    tags: ['progress'],
    request: { params: courseParams },
    responses: { 200: json(courseStatisticsSchema, 'The numbers.', COURSE_STATISTICS_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found'] },
);

export function progressRoutes() {
  const app = router();

  app.openapi(listOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listProgress(reader, actor, course_id, c.get('receivedAt'), pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(getOperation, async (c) => {
    const { course_id, user_id } = c.req.valid('param');
    const progress = await read(c, (reader, actor) => {
      return getProgress(reader, actor, course_id, userId(c, user_id), c.get('receivedAt'));
    });
    return c.json(progress, 200);
  });

  app.openapi(updateOperation, async (c) => {
    const progress = await submit(c, updateStudentProgress, {
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    return c.json(progress, 200);
  });

  app.openapi(courseOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    return c.json(
      await read(c, (reader, actor) => courseStatistics(reader, actor, course_id)),
      200,
    );
  });

  return app;
}
