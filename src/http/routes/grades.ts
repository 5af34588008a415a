import { z } from '@hono/zod-openapi';
import { gradeAssignment } from '../../lms/commands/grade-assignment.ts';
import { gradeStudent } from '../../lms/commands/grade-student.ts';
import { gradeHistory } from '../../lms/queries/grade-history.ts';
import { getGrade, listOwnGrades } from '../../lms/queries/grades.ts';
import { ifMatchParameter } from '../components.ts';
import type { ApiContext } from '../env.ts';
import {
  GRADE_EXAMPLE,
  GRADE_VERSION_EXAMPLE,
  gradeSchema,
  gradeVersionSchema,
} from '../grade-schema.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxMessageChars, maxReasonChars, maxRubricIdChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { requireIfMatch } from '../preconditions.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { line, milliPoints, text } from '../units.ts';

const onSubmission = z.object({ submission_id: idOf('sub') });

const gradeFields = {
  points: milliPoints
    .optional()
    .openapi({ description: 'Absent with `rubric_points`: what they add up to.' }),
  rubric_points: z.record(line(maxRubricIdChars), milliPoints).optional().openapi({
    description:
      'By criterion of the rubric. Posted: all criteria. They must add up to `points`, if that is sent.',
  }),
  feedback_md: text(0, maxMessageChars).default(''),
  state: z.enum(['draft', 'posted']),
  reason: line(maxReasonChars)
    .nullable()
    .default(null)
    .openapi({ description: 'Why, for the history.' }),
};

const newGradeSchema = z.strictObject({
  ...gradeFields,
  attempt: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .openapi({ description: 'Number of the attempt that is judged; `null`: the latest.' }),
});

const firstGrade = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: '`*`: only if there is no grade yet.',
  schema: { type: 'string' as const, enum: ['*'] },
};

const grading = [
  'forbidden',
  'not_found',
  'course_not_active',
  'version_mismatch',
  'version_required',
  'invalid_value',
] as const;

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
      'is 412 with theirs in `current`. Saving a posted grade as `draft` takes it back. The late policy ' +
      'is not stored with it: `final_points` follows the due date when that moves.',
    tags: ['grades'],
    parameters: [ifMatchParameter(false), firstGrade],
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
  { problems: grading },
);

const putOfStudentOperation = operation(
  {
    method: 'put',
    path: '/v1/assignments/{assignment_id}/grades/{user_id}',
    operationId: 'putGradeOfStudent',
    summary: 'Grade a student, handed in or not',
    description:
      'For an exam on paper, or a zero for what is missing: what is graded without an attempt gets a ' +
      'submission without one (`attempt` 0), and handing in later makes it ungraded again. With ' +
      'attempts the latest is judged. Preconditions as for `putGrade`.',
    tags: ['grades'],
    parameters: [ifMatchParameter(false), firstGrade],
    request: {
      params: z.object({ assignment_id: idOf('asg'), user_id: idOf('usr') }),
      body: jsonBody(z.strictObject(gradeFields), {
        points: 0,
        state: 'posted',
        reason: 'Missing.',
      }),
    },
    responses: {
      200: json(gradeSchema, 'The grade as it is now.', {
        ...GRADE_EXAMPLE,
        points: 0,
        final_points: 0,
        late_ms: 0,
        late_deduction: 0,
        rubric_points: null,
        feedback_md: '',
        attempt: 0,
      }),
    },
  },
  { problems: grading },
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
      ...withPoints(c.req.valid('json')),
    });
    return c.json(grade, 200);
  });

  app.openapi(putOfStudentOperation, async (c) => {
    const { assignment_id, user_id: student_id } = c.req.valid('param');
    const grade = await submit(c, gradeStudent, {
      submission_id: newId('sub'),
      assignment_id,
      student_id,
      expected_version: gradeBase(c),
      ...withPoints(c.req.valid('json')),
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

type Scores = Readonly<Record<string, number>>;

/** Points, or what the criteria add up to; `apply` asks whether the two agree. */
function withPoints<
  Fields extends { points?: number | undefined; rubric_points?: Scores | undefined },
>({ points, rubric_points, ...others }: Fields) {
  if (points === undefined && rubric_points === undefined) {
    const detail = 'Send points, rubric_points, or both.';
    throw new Problem('invalid_request', detail, {
      errors: [{ pointer: '/points', code: 'required', detail }],
    });
  }
  const sum = Object.values(rubric_points ?? {}).reduce((all, one) => all + one, 0);
  return { ...others, points: points ?? sum, rubric_points: rubric_points ?? null };
}

/** The version that the grader has seen, 0 for none. */
function gradeBase(c: ApiContext): number {
  const ifNoneMatch = c.req.header('if-none-match');
  if (ifNoneMatch === undefined) return requireIfMatch(c);
  if (ifNoneMatch === '*' && c.req.header('if-match') === undefined) return 0;
  throw new Problem('invalid_header', 'If-None-Match must be *, and without If-Match beside it.');
}
