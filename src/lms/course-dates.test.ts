import t from 'tap';
import { dueDatesInCourse } from './course-dates.ts';
import { effectiveDates } from './effective-dates.ts';
import { openSheet } from './queries/gradebook-sheet.ts';
import { PEOPLE, TestCourse } from './test-course.ts';

const HOUR = 3_600_000;

const OVERRIDES: readonly object[] = [
  { due_at: null },
  { due_at: 5 * HOUR },
  { lock_at: 9 * HOUR },
  { grace_seconds: 7 },
  { unlock_at: 1 },
];

t.test('what is read once for a course is what is read for each student', (t) => {
  for (const terms of OVERRIDES) {
    for (const adjusted of [null, PEOPLE.student]) {
      const machine = new TestCourse();
      const dates = { unlock_at: 0, due_at: 2 * HOUR, lock_at: 3 * HOUR, grace_seconds: 60 };
      for (const id of ['asg_1', 'asg_2']) machine.addAssignment(id, dates);
      machine.addAssignment('asg_3');
      plant(machine, JSON.stringify(terms), adjusted);
      const { columns } = openSheet(machine.reader, 'crs_1');
      const read = dueDatesInCourse(machine.reader, 'crs_1');
      for (const column of columns) {
        for (const user of [PEOPLE.student, PEOPLE.otherStudent]) {
          const { due_at, grace_seconds } = read(column)(user);
          const one = effectiveDates(machine.reader, column.id, column, user);
          t.same(
            { due_at, grace_seconds },
            { due_at: one.due_at, grace_seconds: one.grace_seconds },
            `${column.id} ${user} ${JSON.stringify(terms)} ${adjusted}`,
          );
        }
      }
      machine.close();
    }
  }
  t.end();
});

/** An override of the student, and two incidents that moved what they, or all, have. */
function plant(machine: TestCourse, terms: string, adjusted: string | null): void {
  const run = (sql: string, ...values: (string | number | null)[]) =>
    machine.reader.all(sql, ...values);
  const { instructor, student } = PEOPLE;
  run(
    `INSERT INTO assignment_overrides VALUES ('asg_1', ?, ?, NULL, ?, 1, 0, 0)`,
    student,
    terms,
    instructor,
  );
  run(
    `INSERT INTO incidents (id, source, title, note_md, started_at, version, created_at, updated_at)
     VALUES ('inc_1', 'declared', 't', '', 0, 1, 0, 0)`,
  );
  for (const [assignment, due] of [
    ['asg_1', 4 * HOUR],
    ['asg_1', 6 * HOUR],
    ['asg_2', 4 * HOUR],
    ['asg_3', 4 * HOUR],
  ] as const) {
    run(
      `INSERT INTO deadline_adjustments (incident_id, assignment_id, user_id, due_at, lock_at,
         allow_resubmit, created_at) VALUES ('inc_1', ?, ?, ?, NULL, 1, 0)`,
      assignment,
      adjusted,
      due,
    );
  }
}
