import t from 'tap';
import { gradeHistory } from '../queries/grade-history.ts';
import { getGrade } from '../queries/grades.ts';
import { claimOf, type GradingClaim } from '../queries/grading-claims.ts';
import {
  listRegradeRequests,
  listRegradeRequestsOfCourse,
  type RegradeRequest,
} from '../queries/regrade-requests.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

/** `sub_1` of a student, `sub_tom` of one who is a ta now, `sub_old` in an archived course. */
function course() {
  const machine = new TestCourse();
  machine.addAssignment('asg_1');
  machine.handIn('student', 'asg_1', 'sub_1');
  enroll(machine, 'student');
  machine.handIn('ta', 'asg_1', 'sub_tom');
  enroll(machine, 'ta');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.handIn('student', 'asg_old', 'sub_old');
  machine.archive('crs_old');
  return machine;
}

function enroll(machine: TestCourse, role: string): void {
  machine.must(PEOPLE.instructor, 'ENROLL', { course_id: 'crs_1', user_id: PEOPLE.ta, role });
}

function grade(machine: TestCourse, submission: string, state: string, version = 0): void {
  machine.must(PEOPLE.instructor, 'GRADE_ASSIGNMENT', {
    submission_id: submission,
    expected_version: version,
    points: 8_500,
    feedback_md: 'Good.',
    state,
    attempt: null,
    reason: null,
  });
}

const on = (submission_id: string) => ({ submission_id });

const CLAIMS: readonly [string, Person, string, object, string][] = [
  ['a ta', 'ta', 'CLAIM_GRADING', on('sub_1'), 'ok'],
  ['an instructor', 'instructor', 'CLAIM_GRADING', on('sub_tom'), 'ok'],
  ['an admin', 'admin', 'CLAIM_GRADING', on('sub_1'), 'forbidden'],
  ['the student', 'student', 'CLAIM_GRADING', on('sub_1'), 'forbidden'],
  ['another student', 'otherStudent', 'CLAIM_GRADING', on('sub_1'), 'not_found'],
  ['a foreign instructor', 'foreignInstructor', 'CLAIM_GRADING', on('sub_1'), 'not_found'],
  ['own work, as a ta', 'ta', 'CLAIM_GRADING', on('sub_tom'), 'forbidden'],
  ['no such submission', 'ta', 'CLAIM_GRADING', on('sub_0'), 'not_found'],
  ['an archived course', 'instructor', 'CLAIM_GRADING', on('sub_old'), 'course_not_active'],
  ['releasing what is free', 'ta', 'RELEASE_GRADING', on('sub_1'), 'ok'],
  ['releasing as a student', 'student', 'RELEASE_GRADING', on('sub_1'), 'forbidden'],
  ['releasing, foreign', 'foreignInstructor', 'RELEASE_GRADING', on('sub_1'), 'not_found'],
];

t.test('who may claim and release', (t) => {
  for (const [name, person, kind, payload, code] of CLAIMS) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('a claim keeps others off for 300 s of the log’s time, and its holder renews it', (t) => {
  const machine = course();
  const claim = (person: Person) => machine.apply(PEOPLE[person], 'CLAIM_GRADING', on('sub_1'));
  const first = machine.must<GradingClaim>(PEOPLE.ta, 'CLAIM_GRADING', on('sub_1'));
  t.same(first, {
    submission_id: 'sub_1',
    holder: { id: PEOPLE.ta, display_name: PEOPLE.ta },
    expires_at: '2026-01-05T09:05:00.000Z',
  });
  t.equal(machine.lastTarget(), 'sub_1');
  t.match(claim('instructor'), { ok: false, code: 'locked', extra: { current: first } });
  t.equal(machine.code(PEOPLE.instructor, 'RELEASE_GRADING', on('sub_1')), 'locked');
  machine.now += 299_999;
  t.match(claim('instructor'), { ok: false, code: 'locked' });
  t.match(claim('ta'), { ok: true, value: { expires_at: '2026-01-05T09:09:59.999Z' } });
  machine.now += 299_999;
  t.match(claim('instructor'), { ok: false, code: 'locked' }, 'the renewed one holds');
  machine.now += 1;
  t.equal(claimOf(machine.reader, 'sub_1', machine.now), null, 'it ran out');
  t.match(claim('instructor'), { ok: true });
  machine.must(PEOPLE.instructor, 'RELEASE_GRADING', on('sub_1'));
  t.match(claim('ta'), { ok: true }, 'free again');
  t.end();
});

t.test('a claim is advisory: others may grade', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, 'CLAIM_GRADING', on('sub_1'));
  grade(machine, 'sub_1', 'draft');
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').points, 8.5);
  t.end();
});

const POSTING: readonly [string, Person, string, string][] = [
  ['a ta', 'ta', 'asg_1', 'ok'],
  ['an instructor', 'instructor', 'asg_1', 'ok'],
  ['an admin', 'admin', 'asg_1', 'forbidden'],
  ['a student', 'student', 'asg_1', 'forbidden'],
  ['a foreign instructor', 'foreignInstructor', 'asg_1', 'not_found'],
  ['no such assignment', 'ta', 'asg_0', 'not_found'],
  ['an archived course', 'instructor', 'asg_old', 'course_not_active'],
];

t.test('who may post all drafts', (t) => {
  for (const [name, person, assignment_id, code] of POSTING) {
    const machine = course();
    const payload = { assignment_id, reason: null };
    t.equal(machine.code(PEOPLE[person], 'POST_GRADES', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('all drafts of the assignment are posted at once, each with its history and event', (t) => {
  const machine = course();
  machine.addAssignment('asg_2');
  machine.handIn('otherStudent', 'asg_1', 'sub_2');
  machine.handIn('student', 'asg_2', 'sub_3');
  grade(machine, 'sub_1', 'draft');
  grade(machine, 'sub_2', 'posted');
  grade(machine, 'sub_3', 'draft');
  grade(machine, 'sub_tom', 'draft');
  machine.now += 1_000;
  const posted = machine.must(PEOPLE.ta, 'POST_GRADES', {
    assignment_id: 'asg_1',
    reason: 'Done.',
  });
  t.same(posted, { assignment_id: 'asg_1', posted: 1, left_as_draft: 1 });
  t.match(machine.lastEvents(), [
    { type: 'grade.posted', course_id: 'crs_1', user_id: PEOPLE.student },
  ]);
  const states = ['sub_1', 'sub_2', 'sub_3', 'sub_tom'].map((id) => {
    const { state, version } = getGrade(machine.reader, actorOf('instructor'), id);
    return `${state} ${version}`;
  });
  t.same(states, ['posted 2', 'posted 1', 'draft 1', 'draft 1'], 'not own work, nor others');
  const page = { limit: 10, after: null };
  t.match(gradeHistory(machine.reader, actorOf('ta'), 'sub_1', page).items, [
    { version: 2, state: 'posted', points: 8.5, actor: { id: PEOPLE.ta }, reason: 'Done.' },
    { version: 1, state: 'draft', actor: { id: PEOPLE.instructor }, reason: null },
  ]);
  const { posted_at } = getGrade(machine.reader, actorOf('student'), 'sub_1');
  t.equal(posted_at, '2026-01-05T09:00:01.000Z');
  const again = machine.must(PEOPLE.ta, 'POST_GRADES', { assignment_id: 'asg_1', reason: null });
  t.same(again, { assignment_id: 'asg_1', posted: 0, left_as_draft: 1 });
  t.same(machine.lastEvents(), []);
  t.end();
});

t.test('what the rubric has no points for yet stays a draft', (t) => {
  const machine = course();
  const criterion = { title: 'C', description_md: '', points: 4_000, levels: [] };
  const criteria = ['a', 'b'].map((id) => ({ ...criterion, id }));
  machine.addAssignment('asg_2', { rubric: { criteria } });
  machine.handIn('student', 'asg_2', 'sub_3');
  const draft = (rubric_points: Record<string, number>, expected_version: number) =>
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', {
      submission_id: 'sub_3',
      expected_version,
      points: Object.values(rubric_points).reduce((sum, points) => sum + points, 0),
      rubric_points,
      feedback_md: '',
      state: 'draft',
      attempt: null,
      reason: null,
    });
  const post = () =>
    machine.must(PEOPLE.ta, 'POST_GRADES', { assignment_id: 'asg_2', reason: null });
  draft({ a: 1_000 }, 0);
  t.match(post(), { posted: 0, left_as_draft: 1 });
  t.same(machine.lastEvents(), []);
  draft({ a: 1_000, b: 0 }, 1);
  t.match(post(), { posted: 1, left_as_draft: 0 });
  machine.close();
  t.end();
});

const ask = (changes: object = {}) => ({
  request_id: 'rgr_1',
  submission_id: 'sub_1',
  reason_md: 'Page 3.',
  ...changes,
});

const answer = (changes: object = {}) => ({
  request_id: 'rgr_1',
  state: 'accepted',
  answer_md: 'You are right.',
  ...changes,
});

const ASKING: readonly [string, Person, object, string][] = [
  ['the student', 'student', ask(), 'ok'],
  ['another student', 'otherStudent', ask(), 'not_found'],
  ['a ta', 'ta', ask(), 'forbidden'],
  ['an admin', 'admin', ask(), 'forbidden'],
  ['a foreign instructor', 'foreignInstructor', ask(), 'not_found'],
  ['own work, as a ta', 'ta', ask({ submission_id: 'sub_tom' }), 'ok'],
  ['a draft', 'otherStudent', ask({ submission_id: 'sub_2' }), 'conflict'],
  ['no such submission', 'student', ask({ submission_id: 'sub_0' }), 'not_found'],
  ['an archived course', 'student', ask({ submission_id: 'sub_old' }), 'course_not_active'],
];

t.test('who may ask for a regrade, and when', (t) => {
  for (const [name, person, payload, code] of ASKING) {
    const machine = course();
    machine.handIn('otherStudent', 'asg_1', 'sub_2');
    grade(machine, 'sub_1', 'posted');
    grade(machine, 'sub_2', 'draft');
    grade(machine, 'sub_tom', 'posted');
    t.equal(machine.code(PEOPLE[person], 'REQUEST_REGRADE', payload), code, name);
    machine.close();
  }
  t.end();
});

const ANSWERING: readonly [string, Person, object, string][] = [
  ['a ta', 'ta', answer(), 'ok'],
  ['an instructor', 'instructor', answer({ state: 'declined' }), 'ok'],
  ['an admin', 'admin', answer(), 'forbidden'],
  ['the student', 'student', answer(), 'forbidden'],
  ['another student', 'otherStudent', answer(), 'not_found'],
  ['a foreign instructor', 'foreignInstructor', answer(), 'not_found'],
  ['no such request', 'ta', answer({ request_id: 'rgr_0' }), 'not_found'],
  ['its version', 'ta', answer({ expected_version: 1 }), 'ok'],
  ['another version', 'ta', answer({ expected_version: 2 }), 'version_mismatch'],
];

t.test('who may answer a regrade request', (t) => {
  for (const [name, person, payload, code] of ANSWERING) {
    const machine = course();
    grade(machine, 'sub_1', 'posted');
    machine.must(PEOPLE.student, 'REQUEST_REGRADE', ask());
    t.equal(machine.code(PEOPLE[person], 'ANSWER_REGRADE_REQUEST', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('one request is open at a time, each is answered once, and all stay to be read', (t) => {
  const machine = course();
  grade(machine, 'sub_1', 'posted');
  const request = (id: string) =>
    machine.code(PEOPLE.student, 'REQUEST_REGRADE', ask({ request_id: id }));
  const decide = (id: string, state: string) =>
    machine.code(PEOPLE.ta, 'ANSWER_REGRADE_REQUEST', answer({ request_id: id, state }));
  t.equal(request('rgr_1'), 'ok');
  t.match(machine.lastEvents(), [{ type: 'regrade.requested', user_id: PEOPLE.student }]);
  t.equal(request('rgr_2'), 'conflict');
  t.equal(decide('rgr_1', 'declined'), 'ok');
  t.match(machine.lastEvents(), [{ type: 'regrade.answered', user_id: PEOPLE.student }]);
  t.equal(decide('rgr_1', 'accepted'), 'conflict', 'answered for good');
  t.equal(request('rgr_1'), 'already_exists');
  t.equal(request('rgr_2'), 'ok');
  const thread = (person: Person) =>
    listRegradeRequests(machine.reader, actorOf(person), 'sub_1', { limit: 10, after: null }).items;
  t.match(thread('student'), [
    { id: 'rgr_1', state: 'declined', answer_md: 'You are right.', answered_by: { id: PEOPLE.ta } },
    { id: 'rgr_2', state: 'open', answer_md: null, answered_by: null, grade_version: 1 },
  ]);
  t.same(thread('ta'), thread('student'), 'staff see the same');
  const open = listRegradeRequestsOfCourse(machine.reader, actorOf('ta'), 'crs_1', 'open', {
    limit: 10,
    after: null,
  });
  t.same(
    open.items.map(({ id }: RegradeRequest) => id),
    ['rgr_2'],
  );
  t.end();
});

t.test('a submission takes 20 requests', (t) => {
  const machine = course();
  grade(machine, 'sub_1', 'posted');
  for (let n = 0; n < 20; n += 1) {
    machine.must(PEOPLE.student, 'REQUEST_REGRADE', ask({ request_id: `rgr_${n}` }));
    machine.must(PEOPLE.ta, 'ANSWER_REGRADE_REQUEST', answer({ request_id: `rgr_${n}` }));
  }
  t.equal(machine.code(PEOPLE.student, 'REQUEST_REGRADE', ask({ request_id: 'x' })), 'conflict');
  t.end();
});
