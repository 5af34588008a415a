import t from 'tap';
import { TestCourse } from '../test-course.ts';

/** Deleting a user makes SQLite look into every table that refers to users. */
t.test('no large table is scanned for what refers to a user', (t) => {
  const course = new TestCourse();
  const large = [
    'sessions',
    'enrollments',
    'files',
    'file_links',
    'submissions',
    'grades',
    'grade_history',
    'queries',
    'answers',
  ];
  for (const table of large) {
    const keys = course.reader.all<{ table: string; from: string }>(
      `PRAGMA foreign_key_list(${table})`,
    );
    for (const { from } of keys.filter((key) => key.table === 'users')) {
      const [step] = course.reader.all<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT 1 FROM ${table} WHERE ${from} = ?`,
        'usr_x',
      );
      t.match(step?.detail, /SEARCH/, `${table}.${from}`);
    }
  }
  t.end();
});
