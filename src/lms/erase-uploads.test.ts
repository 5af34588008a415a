import t from 'tap';
import { newAssignment, PEOPLE, TestCourse } from './test-course.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const QUOTA = { max_unattached_files: 9, max_unattached_bytes: 1_000 };

/** The instructor has an upload, an attached file, one that is attached to nothing, and one that expired. */
function scene(): TestCourse {
  const course = new TestCourse();
  const create = (file_id: string, keep_ms: number) =>
    course.must(PEOPLE.instructor, 'CREATE_FILE', {
      file_id,
      sha256: 'ab'.repeat(32),
      size_bytes: 10,
      media_type: 'text/plain',
      filename: `Quux ${file_id}.txt`,
      unattached: { ...QUOTA, keep_ms },
    });
  create('fil_expired', 1);
  course.now += 1;
  course.must(null, 'EXPIRE_FILES', {});
  create('fil_attached', DAY_MS);
  create('fil_loose', DAY_MS);
  course.must(
    PEOPLE.instructor,
    'CREATE_ASSIGNMENT',
    newAssignment({ attachments: ['fil_attached'] }),
  );
  for (const person of ['instructor', 'student'] as const) {
    course.must(PEOPLE[person], 'BEGIN_UPLOAD', {
      upload_id: `upl_${person}`,
      size_bytes: 10,
      filename: 'Quux.pdf',
      metadata: 'filename UXV1eC5wZGY=',
      keep_ms: DAY_MS,
      quota: QUOTA,
    });
  }
  return course;
}

t.test(
  'the names of what was attached to nothing go, and it expires; what is attached stays',
  (t) => {
    const course = scene();
    course.must(PEOPLE.admin, 'ERASE_USER', { user_id: PEOPLE.instructor });
    t.match(course.reader.all('SELECT filename, metadata FROM uploads ORDER BY id'), [
      { filename: 'erased', metadata: '' },
      { filename: 'Quux.pdf', metadata: 'filename UXV1eC5wZGY=' },
    ]);
    const expired = course.must(null, 'EXPIRE_FILES', {});
    t.same(expired, { uploads: 1, files: 1, staged: 0 });
    t.match(course.reader.all('SELECT id, filename, expired_at FROM files ORDER BY id'), [
      { id: 'fil_attached', filename: 'Quux fil_attached.txt', expired_at: null },
      { id: 'fil_expired', filename: 'erased', expired_at: Number },
      { id: 'fil_loose', filename: 'erased', expired_at: course.now },
    ]);
    t.match(
      course.reader.get(
        'SELECT items, bytes FROM upload_usage WHERE user_id = ?',
        PEOPLE.instructor,
      ),
      { items: 0, bytes: 0 },
    );
    course.close();
    t.end();
  },
);
