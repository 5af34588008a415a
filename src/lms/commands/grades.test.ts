import fc from 'fast-check';
import t, { type Test } from 'tap';
import { gradeHistory } from '../queries/grade-history.ts';
import { type Grade, getGrade, listOwnGrades } from '../queries/grades.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';
import type { ImportedGrades } from './import-grades.ts';

/** `sub_1` has two attempts, `sub_tom` is of a student who is a ta now, `sub_old` is archived. */
function course() {
  const machine = new TestCourse();
  machine.addAssignment('asg_1');
  machine.handIn('student', 'asg_1', 'sub_1');
  machine.handIn('student', 'asg_1', 'sub_1');
  enroll(machine, 'ta', 'student');
  machine.handIn('ta', 'asg_1', 'sub_tom');
  enroll(machine, 'ta', 'ta');
  machine.addAssignment('asg_old', { course_id: 'crs_old' });
  machine.handIn('student', 'asg_old', 'sub_old');
  machine.archive('crs_old');
  return machine;
}

function enroll(machine: TestCourse, person: Person, role: string): void {
  machine.must(PEOPLE.instructor, 'ENROLL', { course_id: 'crs_1', user_id: PEOPLE[person], role });
}

const grade = (changes: object = {}) => ({
  submission_id: 'sub_1',
  expected_version: 0,
  points: 8_500,
  feedback_md: 'Good.',
  state: 'posted',
  attempt: null,
  reason: null,
  ...changes,
});

const TABLE: readonly [name: string, person: Person, payload: object, code: string][] = [
  ['a ta', 'ta', grade(), 'ok'],
  ['an instructor', 'instructor', grade(), 'ok'],
  ['an admin', 'admin', grade(), 'forbidden'],
  ['the student', 'student', grade(), 'forbidden'],
  ['another student', 'otherStudent', grade(), 'not_found'],
  ['a foreign instructor', 'foreignInstructor', grade(), 'not_found'],
  ['a deleted account', 'nobodyKnown', grade(), 'account_not_active'],
  ['no such submission', 'ta', grade({ submission_id: 'sub_0' }), 'not_found'],
  ['own work, as a ta', 'ta', grade({ submission_id: 'sub_tom' }), 'forbidden'],
  ['that work, by the instructor', 'instructor', grade({ submission_id: 'sub_tom' }), 'ok'],
  ['an archived course', 'instructor', grade({ submission_id: 'sub_old' }), 'course_not_active'],
  ['a version that is none', 'ta', grade({ expected_version: 1 }), 'version_mismatch'],
  ['no points', 'ta', grade({ points: 0 }), 'ok'],
  ['all points', 'ta', grade({ points: 10_000 }), 'ok'],
  ['more than all points', 'ta', grade({ points: 10_001 }), 'invalid_value'],
  ['negative points', 'ta', grade({ points: -1 }), 'invalid_value'],
  ['points finer than milli', 'ta', grade({ points: 0.5 }), 'invalid_value'],
  ['NaN points', 'ta', grade({ points: Number.NaN }), 'invalid_value'],
  ['the first attempt', 'ta', grade({ attempt: 1 }), 'ok'],
  ['the latest attempt', 'ta', grade({ attempt: 2 }), 'ok'],
  ['no such attempt', 'ta', grade({ attempt: 3 }), 'invalid_value'],
  ['attempt zero', 'ta', grade({ attempt: 0 }), 'invalid_value'],
];

t.test('who may grade what, and what is refused', (t) => {
  for (const [name, person, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], 'GRADE_ASSIGNMENT', payload), code, name);
    machine.close();
  }
  t.end();
});

t.test('a grade is answered as the API shows it', (t) => {
  const machine = course();
  const value = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const at = '2026-01-05T09:00:00.000Z';
  t.same(value, {
    submission_id: 'sub_1',
    assignment_id: 'asg_1',
    assignment_title: 'Essay',
    course_id: 'crs_1',
    points: 8.5,
    points_possible: 10,
    rubric_points: null,
    late_ms: 0,
    late_deduction: 0,
    final_points: 8.5,
    feedback_md: 'Good.',
    state: 'posted',
    attempt: 2,
    grader: { id: PEOPLE.ta, display_name: PEOPLE.ta },
    posted_at: at,
    version: 1,
    created_at: at,
    updated_at: at,
  });
  t.equal(machine.lastTarget(), 'sub_1');
  t.match(machine.lastEvents(), [
    { type: 'grade.posted', course_id: 'crs_1', user_id: PEOPLE.student },
  ]);
  t.end();
});

t.test('the second grader is refused and told what the first one saved', (t) => {
  const machine = course();
  const first = machine.must<Grade>(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const second = machine.apply(PEOPLE.instructor, 'GRADE_ASSIGNMENT', grade({ points: 1_000 }));
  t.match(second, { ok: false, code: 'version_mismatch', extra: { current_version: 1 } });
  t.same(second.ok || second.extra.current, first);
  t.equal(getGrade(machine.reader, actorOf('ta'), 'sub_1').points, 8.5);
  const third = machine.must<Grade>(
    PEOPLE.instructor,
    'GRADE_ASSIGNMENT',
    grade({ points: 1_000, expected_version: 1, reason: 'copied' }),
  );
  t.match(third, { points: 1, version: 2, grader: { id: PEOPLE.instructor } });
  t.end();
});

/** What a grader does next: look at the grade, or save by one of the ways to save. */
const action = fc.record({
  grader: fc.constantFrom('ta' as const, 'instructor' as const),
  does: fc.constantFrom('look', 'look', 'grade', 'grade_student', 'import'),
});

t.test('two graders, in 1,000 random interleavings, lose no update', (t) => {
  const machine = course();
  const interleavings = fc.sample(fc.array(action, { minLength: 4, maxLength: 10 }), {
    numRuns: 1_000,
    seed: 7,
  });
  const counts = { saved: 0, refused: 0 };
  for (const [n, actions] of interleavings.entries()) {
    const work = { assignment_id: `asg_i${n}`, submission_id: `sub_i${n}` };
    machine.addAssignment(work.assignment_id);
    machine.handIn('student', work.assignment_id, work.submission_id);
    interleave(t, machine, work, actions, counts);
  }
  t.ok(counts.saved > 1_000 && counts.refused > 1_000, JSON.stringify(counts));
  machine.close();
  t.end();
});

interface Work {
  readonly assignment_id: string;
  readonly submission_id: string;
}

/** Each save that was answered is in the history; each that would have overwritten one is refused. */
function interleave(
  t: Test,
  machine: TestCourse,
  work: Work,
  actions: readonly { grader: 'ta' | 'instructor'; does: string }[],
  counts: { saved: number; refused: number },
): void {
  const nothing = { version: 0, index: 0 };
  const seen = { ta: nothing, instructor: nothing };
  const saved: number[] = [];
  for (const [n, { grader, does }] of actions.entries()) {
    const index = machine.machine.applied.index;
    if (does === 'look') {
      seen[grader] = { version: saved.length, index };
      continue;
    }
    const points = 1_000 + n;
    const isCurrent = seen[grader].version === saved.length;
    if (save(machine, grader, does, work, seen[grader], points) !== isCurrent) {
      t.fail(`${does} of ${grader} after ${saved.length} versions, having seen another`);
    }
    counts[isCurrent ? 'saved' : 'refused'] += 1;
    if (isCurrent) saved.push(points);
    if (isCurrent) seen[grader] = { version: saved.length, index: index + 1 };
  }
  const { items } = gradeHistory(machine.reader, actorOf('ta'), work.submission_id, {
    limit: 100,
    after: null,
  });
  const kept = items.map(({ points }) => Math.round(points * 1_000)).reverse();
  if (kept.join() !== saved.join()) t.same(kept, saved, 'the history is what was answered');
}

/** Whether it was taken; what an import finds changed is a conflict. */
function save(
  machine: TestCourse,
  grader: 'ta' | 'instructor',
  how: string,
  { assignment_id, submission_id }: Work,
  seen: { version: number; index: number },
  points: number,
): boolean {
  const by = (kind: string, payload: object) => machine.apply(PEOPLE[grader], kind, payload);
  const student_id = PEOPLE.student;
  const expected_version = seen.version;
  if (how === 'grade') {
    return by('GRADE_ASSIGNMENT', grade({ submission_id, expected_version, points })).ok;
  }
  if (how === 'grade_student') {
    const { attempt: _, ...rest } = grade({ submission_id, expected_version, points });
    return by('GRADE_STUDENT', { ...rest, assignment_id, student_id }).ok;
  }
  const imported = machine.must<ImportedGrades>(PEOPLE[grader], 'IMPORT_GRADES', {
    course_id: 'crs_1',
    state: 'posted',
    assignment_ids: [assignment_id],
    rows: [{ student_id, base_index: seen.index, cells: [{ assignment: 0, points }] }],
    unchanged_count: 0,
    reason: null,
  });
  return imported.change_count === 1;
}

t.test('a student sees a grade while it is posted', (t) => {
  const machine = course();
  const seen = (person: Person) => {
    try {
      return getGrade(machine.reader, actorOf(person), 'sub_1').points;
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  const own = () =>
    listOwnGrades(machine.reader, actorOf('student'), { limit: 10, after: null }).items.length;
  const save = (state: string, version: number) => {
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ state, expected_version: version }));
    return machine.lastEvents().map(({ type }) => type);
  };
  t.same([seen('student'), seen('ta'), own()], ['not_found', 'not_found', 0]);
  t.same(save('draft', 0), [], 'a draft is no news');
  t.same([seen('student'), seen('ta'), own()], ['not_found', 8.5, 0]);
  t.same(save('posted', 1), ['grade.posted']);
  t.same([seen('student'), seen('ta'), own()], [8.5, 8.5, 1]);
  t.same(save('draft', 2), ['grade.withdrawn']);
  t.same([seen('student'), seen('ta'), own()], ['not_found', 8.5, 0]);
  t.end();
});

const READERS: readonly [person: Person, grade: string, history: string][] = [
  ['student', 'ok', 'forbidden'],
  ['otherStudent', 'not_found', 'not_found'],
  ['foreignStudent', 'not_found', 'not_found'],
  ['foreignInstructor', 'not_found', 'not_found'],
  ['ta', 'ok', 'ok'],
  ['instructor', 'ok', 'ok'],
  ['admin', 'ok', 'ok'],
];

t.test('who may read a grade and its history', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade());
  const code = (run: () => unknown) => {
    try {
      run();
      return 'ok';
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  const page = { limit: 10, after: null };
  for (const [person, ofGrade, ofHistory] of READERS) {
    const { reader } = machine;
    t.equal(
      code(() => getGrade(reader, actorOf(person), 'sub_1')),
      ofGrade,
      person,
    );
    t.equal(
      code(() => gradeHistory(reader, actorOf(person), 'sub_1', page)),
      ofHistory,
      person,
    );
  }
  t.end();
});

t.test('the history has every version with actor and reason, latest first', (t) => {
  const machine = course();
  machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ state: 'draft', attempt: 1 }));
  machine.now += 1_000;
  machine.must(
    PEOPLE.instructor,
    'GRADE_ASSIGNMENT',
    grade({ expected_version: 1, points: 9_999, reason: 'Regraded.' }),
  );
  const history = (after: readonly [number] | null) =>
    gradeHistory(machine.reader, actorOf('ta'), 'sub_1', { limit: 1, after });
  const latest = history(null);
  t.match(latest.items, [
    {
      version: 2,
      points: 9.999,
      state: 'posted',
      attempt: 2,
      actor: { id: PEOPLE.instructor },
      reason: 'Regraded.',
      at: '2026-01-05T09:00:01.000Z',
    },
  ]);
  const first = history(latest.next);
  t.match(first.items, [
    { version: 1, points: 8.5, state: 'draft', attempt: 1, actor: { id: PEOPLE.ta }, reason: null },
  ]);
  t.equal(first.next, null);
  t.end();
});

t.test('the list of own grades goes page by page and has nobody else’s', (t) => {
  const machine = course();
  machine.addAssignment('asg_2');
  machine.handIn('student', 'asg_2', 'sub_2');
  machine.handIn('otherStudent', 'asg_2', 'sub_3');
  for (const id of ['sub_1', 'sub_2', 'sub_3']) {
    machine.must(PEOPLE.ta, 'GRADE_ASSIGNMENT', grade({ submission_id: id }));
  }
  const own = (after: readonly [number] | null) =>
    listOwnGrades(machine.reader, actorOf('student'), { limit: 1, after });
  const first = own(null);
  const second = own(first.next);
  t.same(
    [...first.items, ...second.items].map(({ submission_id }) => submission_id),
    ['sub_1', 'sub_2'],
  );
  t.equal(second.next, null);
  t.end();
});
