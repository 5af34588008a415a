import { z } from '@hono/zod-openapi';
import { gradeAssignment } from '../../lms/commands/grade-assignment.ts';
import { getGrade, gradeHistory, listOwnGrades } from '../../lms/queries/grades.ts';
import { ifMatchParameter } from '../components.ts';
import type { ApiContext } from '../env.ts';
import {
  GRADE_EXAMPLE,
  GRADE_VERSION_EXAMPLE,
  gradeSchema,
  gradeVersionSchema,
} from '../grade-schema.ts';
import { idOf } from '../id-schema.ts';
import { maxMessageChars, maxReasonChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { requireIfMatch } from '../preconditions.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { line, milliPoints, text } from '../units.ts';

const onSubmission = z.object({ submission_id: idOf('sub') });

const newGradeSchema = z.strictObject({
  points: milliPoints,
  feedback_md: text(0, maxMessageChars).default(''),
  state: z.enum(['draft', 'posted']),
  attempt: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .openapi({ description: 'Number of the attempt that is judged; `null`: the latest.' }),
  reason: line(maxReasonChars)
    .nullable()
    .default(null)
    .openapi({ description: 'Why, for the history.' }),
});

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/submissions/{submission_id}/grade',
    operationId: 'getGrade',
    summary: 'The grade of a submission',
    description: 'A student gets it while it is posted, else 404.',
    tags: ['grades'],
    request: { params: onSubmission },
    responses: { 200: json(gradeSchema, 'The grade.', GRADE_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const putOperation = operation(
  {
    method: 'put',
    path: '/v1/submissions/{submission_id}/grade',
    operationId: 'putGrade',
    summary: 'Grade a submission',
    description:
      'Needs `If-Match` with the version that the grader has seen; for the first grade ' +
      '`If-None-Match: *` or `If-Match: "0"`. When somebody saved another one meanwhile, the answer ' +
      'is 412 with theirs in `current`. Saving a posted grade as `draft` takes it back.',
    tags: ['grades'],
    parameters: [
      ifMatchParameter(false),
      {
        name: 'If-None-Match',
        in: 'header',
        required: false,
        description: '`*`: only if there is no grade yet.',
        schema: { type: 'string', enum: ['*'] },
      },
    ],
    request: {
      params: onSubmission,
      body: jsonBody(newGradeSchema, {
        points: 87.5,
        feedback_md: 'Clear. Say more about terms.',
        state: 'posted',
      }),
    },
    responses: { 200: json(gradeSchema, 'The grade as it is now.', GRADE_EXAMPLE) },
  },
  {
    problems: [
      'forbidden',
      'not_found',
      'course_not_active',
      'version_mismatch',
      'version_required',
      'invalid_value',
    ],
  },
);

const historyOperation = operation(
  {
    method: 'get',
    path: '/v1/submissions/{submission_id}/grade/history',
    operationId: 'listGradeHistory',
    summary: 'Every version of a grade',
    description: 'For staff, latest first. Nothing is ever taken out of it.',
    tags: ['grades'],
    request: { params: onSubmission, query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(gradeVersionSchema, 'GradeVersion'), 'A page of versions.', {
        items: [GRADE_VERSION_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const ownOperation = operation(
  {
    method: 'get',
    path: '/v1/me/grades',
    operationId: 'listMyGrades',
    summary: 'The caller’s own posted grades',
    tags: ['grades'],
    request: { query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(gradeSchema, 'Grade'), 'A page of grades of all courses.', {
        items: [GRADE_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['invalid_cursor'] },
);

export function gradeRoutes() {
  const app = router();

  app.openapi(getOperation, async (c) => {
    const { submission_id } = c.req.valid('param');
    return c.json(await read(c, (reader, actor) => getGrade(reader, actor, submission_id)), 200);
  });

  app.openapi(putOperation, async (c) => {
    const grade = await submit(c, gradeAssignment, {
      ...c.req.valid('param'),
      expected_version: gradeBase(c),
      ...c.req.valid('json'),
    });
    return c.json(grade, 200);
  });

  app.openapi(historyOperation, async (c) => {
    const { submission_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      gradeHistory(reader, actor, submission_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(ownOperation, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) => listOwnGrades(reader, actor, pageRequest(query)));
    return c.json(pageAnswer(c, page), 200);
  });

  return app;
}

/** The version that the grader has seen, 0 for none. */
function gradeBase(c: ApiContext): number {
  const ifNoneMatch = c.req.header('if-none-match');
  if (ifNoneMatch === undefined) return requireIfMatch(c);
  if (ifNoneMatch === '*' && c.req.header('if-match') === undefined) return 0;
  throw new Problem('invalid_header', 'If-None-Match must be *, and without If-Match beside it.');
}
