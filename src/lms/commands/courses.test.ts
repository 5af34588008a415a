import t from 'tap';
import { courseById, listCourses } from '../queries/courses.ts';
import { enrollmentOf, listEnrollments } from '../queries/enrollments.ts';
import { TestMachine } from '../test-machine.ts';

/** crs_1: ann teaches, tom helps, bob learns; crs_2 is another one's; crs_old is archived. */
function school() {
  const machine = new TestMachine();
  machine.addUser('usr_root', 'admin');
  machine.addUser('usr_ann', 'instructor');
  machine.addUser('usr_eve', 'instructor');
  for (const id of ['usr_tom', 'usr_bob', 'usr_sue']) machine.addUser(id, 'student');
  machine.addCourse('crs_1', 'usr_ann');
  machine.addCourse('crs_2', 'usr_eve');
  machine.addCourse('crs_old', 'usr_ann');
  machine.must('usr_ann', 'UPDATE_COURSE', { course_id: 'crs_old', status: 'archived' });
  machine.must('usr_ann', 'ENROLL', { course_id: 'crs_1', user_id: 'usr_tom', role: 'ta' });
  machine.must('usr_ann', 'ENROLL', { course_id: 'crs_1', user_id: 'usr_bob', role: 'student' });
  machine.addUser('usr_dead', 'student');
  machine.must('usr_root', 'DELETE_USER', { user_id: 'usr_dead' });
  return machine;
}

const NEW = { course_id: 'crs_3', code: 'CS101', title: 'Raft', description_md: '# Raft' };
const RENAME = { course_id: 'crs_1', title: 'New' };
const SUE = { course_id: 'crs_1', user_id: 'usr_sue', role: 'student' };
const BOB = { course_id: 'crs_1', user_id: 'usr_bob' };

const TABLE: readonly [kind: string, actor: string, payload: object, code: string][] = [
  ['CREATE_COURSE', 'usr_root', NEW, 'ok'],
  ['CREATE_COURSE', 'usr_ann', NEW, 'ok'],
  ['CREATE_COURSE', 'usr_bob', NEW, 'forbidden'],
  ['CREATE_COURSE', 'usr_dead', NEW, 'account_not_active'],
  ['CREATE_COURSE', 'usr_ann', { ...NEW, course_id: 'crs_2' }, 'already_exists'],

  ['UPDATE_COURSE', 'usr_ann', RENAME, 'ok'],
  ['UPDATE_COURSE', 'usr_root', RENAME, 'ok'],
  ['UPDATE_COURSE', 'usr_tom', RENAME, 'forbidden'],
  ['UPDATE_COURSE', 'usr_bob', RENAME, 'forbidden'],
  ['UPDATE_COURSE', 'usr_eve', RENAME, 'not_found'],
  ['UPDATE_COURSE', 'usr_root', { ...RENAME, course_id: 'crs_x' }, 'not_found'],
  ['UPDATE_COURSE', 'usr_ann', { ...RENAME, expected_version: 1 }, 'ok'],
  ['UPDATE_COURSE', 'usr_ann', { ...RENAME, expected_version: 2 }, 'version_mismatch'],
  ['UPDATE_COURSE', 'usr_ann', { ...RENAME, course_id: 'crs_old' }, 'course_not_active'],
  ['UPDATE_COURSE', 'usr_ann', { course_id: 'crs_old', status: 'archived' }, 'course_not_active'],
  ['UPDATE_COURSE', 'usr_ann', { course_id: 'crs_old', status: 'active', title: 'x' }, 'ok'],

  ['DELETE_COURSE', 'usr_ann', { course_id: 'crs_1' }, 'ok'],
  ['DELETE_COURSE', 'usr_root', { course_id: 'crs_1' }, 'ok'],
  ['DELETE_COURSE', 'usr_ann', { course_id: 'crs_old' }, 'ok'],
  ['DELETE_COURSE', 'usr_tom', { course_id: 'crs_1' }, 'forbidden'],
  ['DELETE_COURSE', 'usr_bob', { course_id: 'crs_1' }, 'forbidden'],
  ['DELETE_COURSE', 'usr_eve', { course_id: 'crs_1' }, 'not_found'],
  ['DELETE_COURSE', 'usr_ann', { course_id: 'crs_1', expected_version: 7 }, 'version_mismatch'],

  ['ENROLL', 'usr_ann', SUE, 'ok'],
  ['ENROLL', 'usr_root', SUE, 'ok'],
  ['ENROLL', 'usr_tom', SUE, 'forbidden'],
  ['ENROLL', 'usr_bob', SUE, 'forbidden'],
  ['ENROLL', 'usr_sue', { ...SUE, role: 'instructor' }, 'not_found'],
  ['ENROLL', 'usr_eve', SUE, 'not_found'],
  ['ENROLL', 'usr_ann', { ...SUE, user_id: 'usr_x' }, 'not_found'],
  ['ENROLL', 'usr_ann', { ...SUE, user_id: 'usr_dead' }, 'not_found'],
  ['ENROLL', 'usr_ann', { ...SUE, course_id: 'crs_old' }, 'course_not_active'],
  ['ENROLL', 'usr_ann', { ...BOB, role: 'ta' }, 'ok'],
  ['ENROLL', 'usr_ann', { ...BOB, role: 'ta', expected_version: 1 }, 'ok'],
  ['ENROLL', 'usr_ann', { ...BOB, role: 'ta', expected_version: 9 }, 'version_mismatch'],
  ['ENROLL', 'usr_ann', { ...SUE, expected_version: 1 }, 'version_mismatch'],
  ['ENROLL', 'usr_ann', { ...BOB, user_id: 'usr_ann', role: 'student' }, 'conflict'],
  ['ENROLL', 'usr_ann', { ...BOB, user_id: 'usr_ann', role: 'instructor' }, 'ok'],

  ['UNENROLL', 'usr_ann', BOB, 'ok'],
  ['UNENROLL', 'usr_root', BOB, 'ok'],
  ['UNENROLL', 'usr_tom', BOB, 'forbidden'],
  ['UNENROLL', 'usr_bob', BOB, 'forbidden'],
  ['UNENROLL', 'usr_eve', BOB, 'not_found'],
  ['UNENROLL', 'usr_ann', { ...BOB, user_id: 'usr_sue' }, 'not_found'],
  ['UNENROLL', 'usr_ann', { ...BOB, expected_version: 2 }, 'version_mismatch'],
  ['UNENROLL', 'usr_ann', { ...BOB, user_id: 'usr_ann' }, 'conflict'],
  ['UNENROLL', 'usr_ann', { course_id: 'crs_old', user_id: 'usr_ann' }, 'course_not_active'],
];

for (const [kind, actor, payload, code] of TABLE) {
  t.test(`${kind} by ${actor} ${JSON.stringify(payload)}: ${code}`, (t) => {
    const machine = school();
    t.equal(machine.code(actor, kind, payload), code);
    machine.close();
    t.end();
  });
}

t.test('who creates a course is its instructor', (t) => {
  const machine = school();
  t.same(machine.must('usr_ann', 'CREATE_COURSE', NEW), {
    id: 'crs_3',
    code: 'CS101',
    title: 'Raft',
    description_md: '# Raft',
    status: 'active',
    my_role: 'instructor',
    version: 1,
    created_at: '2026-01-05T09:00:00.000Z',
    updated_at: '2026-01-05T09:00:00.000Z',
  });
  machine.close();
  t.end();
});

t.test('an update changes what it names', (t) => {
  const machine = school();
  machine.must('usr_ann', 'CREATE_COURSE', NEW);
  machine.must('usr_ann', 'UPDATE_COURSE', { course_id: 'crs_3', code: 'CS102' });
  t.match(courseById(machine.reader, 'crs_3', 'usr_root'), {
    code: 'CS102',
    title: 'Raft',
    description_md: '# Raft',
    status: 'active',
    my_role: null,
    version: 2,
  });
  machine.close();
  t.end();
});

t.test('a list has the courses of the caller; all for an administrator; in pages', (t) => {
  const machine = school();
  const of = (id: string, site_role: 'admin' | 'student', after: readonly [string] | null = null) =>
    listCourses(machine.reader, { id, site_role }, { limit: 2, after });
  const ids = (page: ReturnType<typeof of>) => page.items.map(({ id }) => id);
  t.same(ids(of('usr_bob', 'student')), ['crs_1']);
  t.same(of('usr_bob', 'student').items[0]?.my_role, 'student');
  t.same(ids(of('usr_sue', 'student')), []);
  const first = of('usr_root', 'admin');
  t.same(ids(first), ['crs_1', 'crs_2']);
  t.same(ids(of('usr_root', 'admin', first.next)), ['crs_old']);
  t.equal(of('usr_root', 'admin', first.next).next, null);
  machine.must('usr_ann', 'DELETE_COURSE', { course_id: 'crs_1' });
  t.same(ids(of('usr_bob', 'student')), []);
  t.same(ids(of('usr_root', 'admin')), ['crs_2', 'crs_old']);
  t.equal(machine.code('usr_ann', 'UPDATE_COURSE', RENAME), 'not_found');
  machine.close();
  t.end();
});

t.test('enrolling again changes the role, or nothing at all', (t) => {
  const machine = school();
  t.match(machine.must('usr_ann', 'ENROLL', { ...BOB, role: 'student' }), { version: 1 });
  t.match(machine.must('usr_ann', 'ENROLL', { ...BOB, role: 'ta' }), { role: 'ta', version: 2 });
  machine.must('usr_ann', 'UNENROLL', BOB);
  t.equal(enrollmentOf(machine.reader, 'crs_1', 'usr_bob'), null);
  t.equal(courseById(machine.reader, 'crs_1', 'usr_bob')?.my_role, null);
  machine.close();
  t.end();
});

t.test('the last instructor may go when there is another, active', (t) => {
  const machine = school();
  const ann = { course_id: 'crs_1', user_id: 'usr_ann' };
  machine.must('usr_ann', 'ENROLL', { course_id: 'crs_1', user_id: 'usr_eve', role: 'instructor' });
  machine.must('usr_root', 'DELETE_USER', { user_id: 'usr_eve' });
  t.equal(machine.code('usr_root', 'UNENROLL', ann), 'conflict');
  machine.must('usr_ann', 'ENROLL', { course_id: 'crs_1', user_id: 'usr_sue', role: 'instructor' });
  machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_sue', status: 'suspended' });
  t.equal(machine.code('usr_root', 'UNENROLL', ann), 'conflict', 'who is suspended does not count');
  machine.must('usr_root', 'UPDATE_USER', { user_id: 'usr_sue', status: 'active' });
  t.equal(machine.code('usr_root', 'UNENROLL', ann), 'ok');
  machine.close();
  t.end();
});

t.test('the people of a course: by id, by role, without the deleted', (t) => {
  const machine = school();
  const ids = (limit: number, after: readonly [string] | null, role?: 'ta') => {
    const page = listEnrollments(machine.reader, 'crs_1', { limit, after }, role);
    return [...page.items.map(({ user_id }) => user_id), page.next];
  };
  t.same(ids(2, null), ['usr_ann', 'usr_bob', ['usr_bob']]);
  t.same(ids(2, ['usr_bob']), ['usr_tom', null]);
  t.same(ids(9, null, 'ta'), ['usr_tom', null]);
  machine.must('usr_root', 'DELETE_USER', { user_id: 'usr_bob' });
  t.same(ids(9, null), ['usr_ann', 'usr_tom', null]);
  machine.close();
  t.end();
});
