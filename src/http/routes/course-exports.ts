import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import { packedCourse } from '../../lms/queries/course-package.ts';
import type { Blobs } from '../blobs.ts';
import { CoursePackage } from '../course-package.ts';
import { courseParams } from '../course-schema.ts';
import { operation, router } from '../operation.ts';
import { readInSlices } from '../read-in-slices.ts';

const exportOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/export',
    operationId: 'exportCourse',
    summary: 'Export a course',
    description:
      'A zip of JSON and files, made while it is sent: `course.json`, `assignments.json`, `materials.json`, ' +
      '`announcements.json`, each file once as `file-<sha256>`, and `manifest.json` with the format (`quorum-lms-course`, ' +
      'version 2) and the SHA-256 of every entry. With `people=true` also `submissions.json` with every attempt and every ' +
      'version of every grade, `overrides.json` and `deadline_adjustments.json` with what moved whose dates, ' +
      '`queries.json` with the answers, and `people.json` with everybody whom the others name, those too who left. ' +
      'An answer that breaks off is no whole zip. For instructors of the course and administrators. ' +
      '`POST /v1/courses/import` makes a new course of it, without its people and announcements.',
    tags: ['courses'],
    request: {
      params: courseParams,
      query: z.strictObject({
        people: z.enum(['true', 'false']).optional().openapi({
          description: 'With people, what they handed in, asked and got.',
          example: 'false',
        }),
      }),
    },
    responses: {
      200: {
        description: 'The package.',
        content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } },
      },
    },
  },
  { problems: ['forbidden', 'not_found'] },
);

export function courseExportRoutes(blobs: Blobs) {
  const app = router();

  app.openapi(exportOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const withPeople = c.req.valid('query').people === 'true';
    const look = await readInSlices(c);
    // Who may not export it is told so before the answer begins.
    const course = look((reader, actor) => packedCourse(reader, actor, course_id));
    const content = new CoursePackage(look, blobs, course_id).open(course, withPeople);
    c.header('Content-Type', 'application/zip');
    c.header('Content-Disposition', contentDisposition(`${course.code}.zip`));
    return c.body(Readable.toWeb(content) as ReadableStream, 200);
  });

  return app;
}
