import { z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import { gradebookPage } from '../../lms/queries/gradebook.ts';
import { whatIf } from '../../lms/queries/what-if.ts';
import { courseParams } from '../course-schema.ts';
import { gradebookCsv } from '../gradebook-csv.ts';
import {
  GRADEBOOK_CSV_EXAMPLE,
  GRADEBOOK_EXAMPLE,
  gradebookSchema,
  WHAT_IF_EXAMPLE,
  whatIfSchema,
} from '../gradebook-schema.ts';
import { idOf } from '../id-schema.ts';
import { maxIdChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageQuery, pageRequest } from '../page.ts';
import { read } from '../read.ts';
import { readInSlices } from '../read-in-slices.ts';
import { milliPoints } from '../units.ts';
import { userId } from '../user-params.ts';

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/courses/{course_id}/gradebook',
    operationId: 'getGradebook',
    summary: 'The gradebook of a course',
    description:
      'For staff: all assignments × a page of the enrolled students. With `Accept: text/csv` the whole ' +
      'of it as CSV (RFC 4180), `limit` and `cursor` are ignored then: cells are the points as entered, ' +
      'drafts too, and `base_index` lets an import tell what was changed since. Cells that a ' +
      'spreadsheet would take for a formula begin with an apostrophe.',
    tags: ['grades'],
    request: { params: courseParams, query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: {
        description: 'A page of it, or all of it as CSV.',
        content: {
          'application/json': { schema: gradebookSchema, example: GRADEBOOK_EXAMPLE },
          'text/csv': { schema: z.string(), example: GRADEBOOK_CSV_EXAMPLE },
        },
      },
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const whatIfOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/gradebook/what-if',
    operationId: 'whatIf',
    summary: 'What the total would be with other points',
    description:
      'For a student of their own total, for the staff of anybody’s. Nothing is written. The points given ' +
      'replace the posted ones, or stand where there are none; they are final, after any late policy.',
    tags: ['grades'],
    request: {
      params: courseParams,
      body: jsonBody(
        z.strictObject({
          points: z
            .record(z.string().min(1).max(maxIdChars), milliPoints)
            .openapi({ description: 'By assignment id.' }),
          student_id: idOf('usr')
            .optional()
            .openapi({ description: 'For the staff; absent or `me`: the caller.' }),
        }),
        { points: { asg_019a9457c1d07c1e8a5f4c2b7d3e9f10: 90 } },
      ),
    },
    responses: { 200: json(whatIfSchema, 'Both totals.', WHAT_IF_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'invalid_value'], isWrite: false, scope: 'read' },
);

export function gradebookRoutes() {
  const app = router();

  app.openapi(getOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const wanted = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/csv'],
      default: 'application/json',
    });
    if (wanted === 'text/csv') {
      const lines = gradebookCsv(await readInSlices(c), course_id);
      // Who may not read it is told so before the answer begins.
      const head = await lines.next();
      c.header('Content-Type', 'text/csv; charset=utf-8; header=present');
      c.header('Content-Disposition', 'attachment; filename="gradebook.csv"');
      return c.body(byteStream(head.value ?? '', lines), 200);
    }
    const query = c.req.valid('query');
    const { assignments, ...page } = await read(c, (reader, actor) =>
      gradebookPage(reader, actor, course_id, pageRequest(query)),
    );
    return c.json({ assignments, ...pageAnswer(c, page) }, 200);
  });

  app.openapi(whatIfOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const { points, student_id } = c.req.valid('json');
    const answer = await read(c, (reader, actor) =>
      whatIf(reader, actor, course_id, userId(c, student_id ?? 'me'), points),
    );
    return c.json(answer, 200);
  });

  return app;
}

/** Pulled as fast as the client reads. */
function byteStream(head: string, rest: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* bytes() {
    yield encoder.encode(head);
    for await (const text of rest) yield encoder.encode(text);
  }
  return ReadableStream.from(bytes());
}
