import t from 'tap';
import { expiredAtOnce, passagesDroppedAtOnce, stagedCourseMs } from '../limits.ts';
import { newAssignment, PEOPLE, TestCourse } from '../test-course.ts';
import { indexMaterial, page } from '../test-materials.ts';

const KEEP_MS = 1_000;
const LAST_PART = { course_id: 'crs_s', files: [], assignments: [], materials: [] };
const SHOW = { course_id: 'crs_s', ids: {} };

/** `crs_s` is being imported: notes with a file each, `mat_0` read already, and an assignment with one of the files. */
function staged(materials: number, keep: object = { keep_unattached_ms: KEEP_MS }): TestCourse {
  const course = new TestCourse();
  const numbers = Array.from({ length: materials }, (_, n) => n);
  course.must(PEOPLE.instructor, 'STAGE_COURSE', {
    course_id: 'crs_s',
    course: { code: 'S', title: 'Staged', description_md: '' },
    ...keep,
    files: numbers.map((n) => ({
      file_id: `fil_${n}`,
      sha256: String(n).padStart(64, '0'),
      size_bytes: 3,
      media_type: 'text/plain',
      filename: `${n}.txt`,
    })),
    assignments: [{ ...newAssignment(), assignment_id: 'asg_s', attachments: ['fil_0'] }],
    materials: numbers.map((n) => ({
      material_id: `mat_${n}`,
      title: 'Notes',
      topic: null,
      file_id: `fil_${n}`,
      text_md: null,
    })),
  });
  indexMaterial(course, undefined, 'mat_0');
  return course;
}

function count(course: TestCourse, from: string): number {
  return course.reader.get<{ n: number }>(`SELECT count(*) AS n FROM ${from}`)?.n ?? 0;
}

function expire(course: TestCourse): object {
  return course.must(null, 'EXPIRE_FILES', {});
}

t.test('an import that nobody goes on with leaves no bytes and no text', (t) => {
  const course = staged(3);
  course.now += stagedCourseMs - 1;
  t.match(expire(course), { staged: 0 }, 'it may still go on');
  t.equal(count(course, 'material_pages'), 1);
  course.now += 1;
  t.match(expire(course), { staged: 5 }, 'three materials, an assignment, and that it was staged');
  t.match(expire(course), { staged: 0 });
  t.equal(count(course, 'material_pages'), 0);
  t.equal(count(course, 'file_links'), 0);
  t.equal(count(course, 'files WHERE expired_at IS NULL'), 3, 'as after a deletion');
  course.now += KEEP_MS;
  t.match(expire(course), { files: 3 });
  t.equal(count(course, 'files WHERE expired_at IS NULL'), 0);
  t.end();
});

t.test('each part gives it another hour; when that is over it cannot go on', (t) => {
  const course = staged(1);
  for (let part = 0; part < 2; part += 1) {
    course.now += stagedCourseMs - 1;
    course.must(PEOPLE.instructor, 'STAGE_COURSE', LAST_PART);
  }
  course.now += stagedCourseMs;
  t.equal(course.code(PEOPLE.instructor, 'STAGE_COURSE', LAST_PART), 'not_found');
  t.equal(course.code(PEOPLE.instructor, 'IMPORT_COURSE', SHOW), 'not_found');
  t.end();
});

t.test('one that was shown stays', (t) => {
  const course = staged(1);
  course.must(PEOPLE.instructor, 'IMPORT_COURSE', SHOW);
  course.now += stagedCourseMs;
  t.match(expire(course), { staged: 0 });
  t.equal(count(course, 'materials WHERE deleted_at IS NULL'), 1);
  t.end();
});

t.test('a large one goes in steps', (t) => {
  const course = staged(expiredAtOnce);
  course.now += stagedCourseMs;
  t.match(expire(course), { staged: expiredAtOnce });
  t.equal(count(course, 'assignments WHERE deleted_at IS NULL'), 1);
  t.match(expire(course), { staged: 2 });
  t.match(expire(course), { staged: 0 });
  t.equal(count(course, 'assignments WHERE deleted_at IS NULL'), 0);
  t.end();
});

t.test('a text that is long goes in steps', (t) => {
  const course = staged(2);
  const passages = Array.from({ length: passagesDroppedAtOnce }, (): [number, number] => [0, 5]);
  indexMaterial(course, [page(1), { ...page(2), chunks: passages }], 'mat_1');
  course.now += stagedCourseMs;
  t.match(expire(course), { staged: 2 }, 'one, and some of the other');
  t.equal(count(course, 'material_chunks'), 2);
  t.equal(count(course, 'material_pages'), 1);
  t.match(expire(course), { staged: 3 });
  t.equal(count(course, 'material_chunks') + count(course, 'material_pages'), 0);
  t.equal(count(course, "material_search WHERE material_search MATCH 'energy'"), 0);
  t.match(expire(course), { staged: 0 });
  t.end();
});

t.test(
  'files of one that an earlier version began, without a time to be kept, expire at once',
  (t) => {
    const course = staged(2, {});
    course.now += stagedCourseMs;
    t.match(expire(course), { staged: 4, files: 2 });
    t.equal(count(course, 'files WHERE expired_at IS NULL'), 0);
    t.end();
  },
);

t.test('its files take nothing of a quota, and expire like uploads when they are detached', (t) => {
  const course = staged(1);
  course.must(PEOPLE.instructor, 'IMPORT_COURSE', SHOW);
  t.same(course.reader.all('SELECT * FROM upload_usage'), []);
  course.must(PEOPLE.instructor, 'DELETE_MATERIAL', { material_id: 'mat_0' });
  course.now += KEEP_MS;
  t.match(expire(course), { files: 0 }, 'the assignment has it');
  const deletion = { assignment_id: 'asg_s', expected_version: 1 };
  course.must(PEOPLE.instructor, 'DELETE_ASSIGNMENT', deletion);
  course.now += KEEP_MS;
  t.match(expire(course), { files: 1 });
  t.end();
});
