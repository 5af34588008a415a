import t, { type Test } from 'tap';
import { answerQuery } from '../../lms/commands/answer-query.ts';
import { claimGrading } from '../../lms/commands/claim-grading.ts';
import { gradeAssignment } from '../../lms/commands/grade-assignment.ts';
import { postQuery } from '../../lms/commands/post-query.ts';
import { putOverride } from '../../lms/commands/put-override.ts';
import { requestRegrade } from '../../lms/commands/request-regrade.ts';
import { submitAssignment } from '../../lms/commands/submit-assignment.ts';
import { receiptId } from '../../lms/queries/receipts.ts';
import { newId } from '../ids.ts';
import { type CourseScene, courseScene, type Person } from '../testing-course.ts';

/** Hundreds of scenes, on a machine that may have other things to do. */
t.setTimeout(200_000);

/** Columns of the table of statuses. */
const PEOPLE = [
  null,
  'student',
  'otherStudent',
  'ta',
  'instructor',
  'admin',
  'foreignStudent',
  'foreignInstructor',
] as const;

interface Ids {
  readonly course_id: string;
  readonly assignment_id: string;
  readonly unused_id: string;
  readonly submission_id: string;
  readonly receipt_id: string;
  readonly query_id: string;
  readonly private_id: string;
  readonly answer_id: string;
  readonly request_id: string;
  readonly student_id: string;
}

/**
 * `sue` (student) has dates of her own, has handed in, got a posted grade, and asked about it and
 * twice otherwise; `tom` (ta) has answered, and claimed the submission.
 */
function scene(t: Test): CourseScene & { readonly ids: Ids } {
  const course = courseScene(t);
  const { api, people, course_id } = course;
  const assignment_id = course.assignment();
  const submission_id = newId('sub');
  api.command(
    submitAssignment,
    { assignment_id, submission_id, text_md: 'x', file_ids: [], new_files: [] },
    people.student.id,
  );
  api.command(
    gradeAssignment,
    {
      submission_id,
      expected_version: 0,
      points: 1,
      feedback_md: '',
      state: 'posted',
      attempt: null,
      reason: null,
    },
    people.ta.id,
  );
  api.command(
    putOverride,
    { assignment_id, user_id: people.student.id, grace_seconds: 60, reason: null },
    people.instructor.id,
  );
  api.command(claimGrading, { submission_id }, people.ta.id);
  const request_id = newId('rgr');
  api.command(
    requestRegrade,
    { request_id, submission_id, reason_md: 'Look again.' },
    people.student.id,
  );
  const ask = (to: 'instructor' | 'tutor') =>
    api.command(
      postQuery,
      { query_id: newId('qry'), course_id, to, title: 't', body_md: 'b', anonymous: false },
      people.student.id,
    ).id;
  const query_id = ask('instructor');
  const answer_id = newId('ans');
  api.command(answerQuery, { query_id, answer_id, body_md: 'b' }, people.ta.id);
  const ids = {
    course_id,
    assignment_id,
    unused_id: course.assignment(),
    submission_id,
    receipt_id: receiptId(submission_id, 1),
    query_id,
    private_id: ask('tutor'),
    answer_id,
    request_id,
    student_id: people.student.id,
  };
  return { ...course, ids };
}

/** Statuses in the order of `PEOPLE`. */
type Row = readonly [target: string, body: unknown, headers: Record<string, string>, string];

const NEW = { title: 'T', points_possible: 10 };
const ASK = { to: 'instructor', title: 'T', body_md: 'B' };
const ANSWER = { body_md: 'B' };
const WORK = { text_md: 'x' };
const GRADE = { points: 2, state: 'posted' };
const ASK_REGRADE = { reason_md: 'R' };
const ANSWER_REGRADE = { state: 'declined', answer_md: 'A' };
const V1 = { 'If-Match': '"1"' };
const NONE = undefined;
const CSV_BODY = { 'Content-Type': 'text/csv' };
const CSV = { Accept: 'text/csv' };

const TAGS = ['assignments', 'submissions', 'receipts', 'grades', 'queries'];
const COURSE = '/v1/courses/{course_id}';
const ASSIGNMENT = '/v1/assignments/{assignment_id}';
const OVERRIDE = `${ASSIGNMENT}/overrides/{student_id}`;
const SUBMISSION = '/v1/submissions/{submission_id}';
const THREAD = '/v1/queries/{query_id}';
const PRIVATE = '/v1/queries/{private_id}';
const REGRADE = '/v1/regrade-requests/{request_id}';
const MARK = `${THREAD}/answers/{answer_id}`;

// nobody, student, other student, ta, instructor, admin, foreign student, foreign instructor
const TABLE: readonly Row[] = [
  [`GET ${COURSE}/assignments`, NONE, {}, '401 200 200 200 200 200 404 404'],
  [`POST ${COURSE}/assignments`, NEW, {}, '401 403 403 403 201 201 404 404'],
  [`GET ${ASSIGNMENT}`, NONE, {}, '401 200 200 200 200 200 404 404'],
  [`PATCH ${ASSIGNMENT}`, { title: 'U' }, V1, '401 403 403 403 200 200 404 404'],
  ['DELETE /v1/assignments/{unused_id}', NONE, V1, '401 403 403 403 204 204 404 404'],
  [`GET ${ASSIGNMENT}/statistics`, NONE, {}, '401 403 403 200 200 200 404 404'],
  [`GET ${ASSIGNMENT}/overrides`, NONE, {}, '401 403 403 200 200 200 404 404'],
  [`GET ${OVERRIDE}`, NONE, {}, '401 200 403 200 200 200 404 404'],
  [`PUT ${OVERRIDE}`, { grace_seconds: 1 }, {}, '401 403 403 403 200 200 404 404'],
  [`DELETE ${OVERRIDE}`, NONE, {}, '401 403 403 403 204 204 404 404'],
  [`POST ${ASSIGNMENT}/submissions`, WORK, {}, '401 201 201 403 403 403 404 404'],
  [`GET ${ASSIGNMENT}/submissions`, NONE, {}, '401 200 200 200 200 200 404 404'],
  [`GET ${SUBMISSION}`, NONE, {}, '401 200 404 200 200 200 404 404'],
  ['GET /.well-known/jwks.json', NONE, {}, '200 200 200 200 200 200 200 200'],
  ['GET /v1/receipts/{receipt_id}', NONE, {}, '401 200 404 200 200 200 404 404'],
  ['POST /v1/receipts/verify', { receipt: 'x' }, {}, '401 200 200 200 200 200 200 200'],
  [`GET ${SUBMISSION}/grade`, NONE, {}, '401 200 404 200 200 200 404 404'],
  [`PUT ${SUBMISSION}/grade`, GRADE, V1, '401 403 404 200 200 403 404 404'],
  [`PUT ${ASSIGNMENT}/grades/{student_id}`, GRADE, V1, '401 403 403 200 200 403 404 404'],
  [`GET ${SUBMISSION}/grade/history`, NONE, {}, '401 403 404 200 200 200 404 404'],
  [`GET ${SUBMISSION}/claim`, NONE, {}, '401 403 404 200 200 200 404 404'],
  [`PUT ${SUBMISSION}/claim`, NONE, {}, '401 403 404 200 423 403 404 404'],
  [`DELETE ${SUBMISSION}/claim`, NONE, {}, '401 403 404 204 423 403 404 404'],
  [`POST ${ASSIGNMENT}/grades/post`, {}, {}, '401 403 403 200 200 403 404 404'],
  [`POST ${SUBMISSION}/regrade-requests`, ASK_REGRADE, {}, '401 409 404 403 403 403 404 404'],
  [`GET ${SUBMISSION}/regrade-requests`, NONE, {}, '401 200 404 200 200 200 404 404'],
  [`GET ${COURSE}/regrade-requests`, NONE, {}, '401 403 403 200 200 200 404 404'],
  [`GET ${REGRADE}`, NONE, {}, '401 200 404 200 200 200 404 404'],
  [`PUT ${REGRADE}/answer`, ANSWER_REGRADE, {}, '401 403 404 200 200 403 404 404'],
  [`GET ${COURSE}/gradebook`, NONE, {}, '401 403 403 200 200 200 404 404'],
  [`GET ${COURSE}/gradebook`, NONE, CSV, '401 403 403 200 200 200 404 404'],
  [`POST ${COURSE}/gradebook/import`, 'student_id\n', CSV_BODY, '401 403 403 200 200 403 404 404'],
  [`POST ${COURSE}/gradebook/what-if`, { points: {} }, {}, '401 200 200 403 403 403 404 404'],
  ['GET /v1/me/grades', NONE, {}, '401 200 200 200 200 200 200 200'],
  [`GET ${COURSE}/queries`, NONE, {}, '401 200 200 200 200 200 404 404'],
  [`POST ${COURSE}/queries`, ASK, {}, '401 201 201 201 201 403 404 404'],
  [`GET ${THREAD}`, NONE, {}, '401 200 200 200 200 200 404 404'],
  [`GET ${PRIVATE}`, NONE, {}, '401 200 404 200 200 200 404 404'],
  [`POST ${THREAD}/answers`, ANSWER, {}, '401 201 201 201 201 403 404 404'],
  [`POST ${PRIVATE}/answers`, ANSWER, {}, '401 201 404 201 201 403 404 404'],
  [`PATCH ${THREAD}`, { title: 'U' }, {}, '401 200 403 403 403 403 404 404'],
  [`DELETE ${THREAD}`, NONE, {}, '401 409 403 204 204 403 404 404'],
  [`PATCH ${PRIVATE}`, { title: 'U' }, {}, '401 200 404 403 403 403 404 404'],
  [`DELETE ${PRIVATE}`, NONE, {}, '401 204 404 204 204 403 404 404'],
  [`PATCH ${MARK}`, ANSWER, {}, '401 403 403 200 403 403 404 404'],
  [`DELETE ${MARK}`, NONE, {}, '401 403 403 204 204 403 404 404'],
  [`PUT ${MARK}/accepted`, NONE, {}, '401 200 403 200 200 403 404 404'],
  [`DELETE ${MARK}/accepted`, NONE, {}, '401 200 403 200 200 403 404 404'],
  [`PUT ${MARK}/endorsed`, NONE, {}, '401 403 403 200 200 403 404 404'],
  [`DELETE ${MARK}/endorsed`, NONE, {}, '401 403 403 200 200 403 404 404'],
];

for (const [target, body, headers, row] of TABLE) {
  const statuses = row.split(' ').map(Number);
  t.test(target, async (t) => {
    // Who only reads leaves the scene as it was.
    const reading = target.startsWith('GET ') ? scene(t) : null;
    for (const [n, person] of PEOPLE.entries()) {
      const { as, ids } = reading ?? scene(t);
      const response = await as(person, fill(target, ids), body, headers);
      t.equal(response.status, statuses[n], `${person}`);
      if (statuses[n] !== 404) continue;
      const missing = await as(person, fill(target, missingIds(ids)), body, headers);
      t.same(await essence(missing), await essence(response), `${person}: alike if missing`);
    }
  });
}

t.test('what does not exist is 404 for everybody who may do it', async (t) => {
  const allowed: readonly Person[] = ['ta', 'instructor', 'admin', 'student'];
  for (const [target, body, headers] of TABLE) {
    if (!target.includes('{')) continue;
    const { as, ids } = scene(t);
    for (const person of allowed) {
      const response = await as(person, fill(target, missingIds(ids)), body, headers);
      t.equal(response.status, 404, `${target} ${person}`);
    }
  }
});

t.test('every operation of these resources has its row', async (t) => {
  const { api } = courseScene(t);
  const rows = new Set(TABLE.map(([target]) => shape(target)));
  for (const definition of api.app.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { method, path, tags } = definition.route;
    if (!tags?.some((tag) => TAGS.includes(tag))) {
      continue;
    }
    t.ok(rows.has(shape(`${method.toUpperCase()} ${path}`)), `${method} ${path}`);
  }
});

function shape(target: string): string {
  return target.replace(/\{\w+\}/g, '{}');
}

function fill(target: string, ids: Ids): string {
  return target.replace(/\{(\w+)\}/g, (_, name: keyof Ids) => ids[name]);
}

function missingIds(ids: Ids): Ids {
  const entries = Object.entries(ids).map(([name, id]) => [name, `${id.slice(0, 4)}0`]);
  return Object.fromEntries(entries) as unknown as Ids;
}

/** The answer without what names the request. */
async function essence(response: Response) {
  const { instance, request_id, ...rest } = (await response.json()) as Record<string, unknown>;
  return { status: response.status, etag: response.headers.get('etag'), ...rest };
}
