import fc from 'fast-check';
import t, { type Test } from 'tap';
import { gradeHistory } from '../queries/grade-history.ts';
import { actorOf, PEOPLE, type TestCourse } from '../test-course.ts';
import { courseWithWork, grade } from '../test-grades.ts';
import type { ImportedGrades } from './import-grades.ts';

/** What a grader does next: look at the grade, or save by one of the ways to save. */
const action = fc.record({
  grader: fc.constantFrom('ta' as const, 'instructor' as const),
  does: fc.constantFrom('look', 'look', 'grade', 'grade_student', 'import'),
});

t.test('two graders, in 1,000 random interleavings, lose no update', (t) => {
  const machine = courseWithWork();
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
