import t from 'tap';
import { type Announcement, getAnnouncement, listAnnouncements } from '../queries/announcements.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const P = 'POST_ANNOUNCEMENT';
const U = 'UPDATE_ANNOUNCEMENT';
const D = 'DELETE_ANNOUNCEMENT';
const hour = 3_600_000;

const post = (changes: object = {}) => ({
  announcement_id: 'ann_new',
  course_id: 'crs_1',
  title: 'No lecture',
  body_md: 'See you on Monday.',
  visible_from: null,
  ...changes,
});
const change = (changes: object = {}) => ({ announcement_id: 'ann_1', title: 'New', ...changes });
const on = (changes: object = {}) => ({ announcement_id: 'ann_1', ...changes });

/** `ann_1` is visible, `ann_soon` in an hour, `ann_old` in an archived course. */
function course(): TestCourse {
  const machine = new TestCourse();
  const { instructor } = PEOPLE;
  machine.must(instructor, P, post({ announcement_id: 'ann_1' }));
  const visible_from = machine.now + hour;
  machine.must(instructor, P, post({ announcement_id: 'ann_soon', visible_from }));
  machine.must(instructor, P, post({ announcement_id: 'ann_old', course_id: 'crs_old' }));
  machine.archive('crs_old');
  return machine;
}

const TABLE: readonly [
  name: string,
  person: Person,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['an instructor tells', 'instructor', P, post(), 'ok'],
  ['a ta tells', 'ta', P, post(), 'ok'],
  ['an admin tells', 'admin', P, post(), 'ok'],
  ['a student tells', 'student', P, post(), 'forbidden'],
  ['a foreign instructor tells', 'foreignInstructor', P, post(), 'not_found'],
  ['a deleted account tells', 'nobodyKnown', P, post(), 'account_not_active'],
  ['in no course', 'admin', P, post({ course_id: 'crs_0' }), 'not_found'],
  ['in an archived course', 'instructor', P, post({ course_id: 'crs_old' }), 'course_not_active'],
  ['with an id that is taken', 'ta', P, post({ announcement_id: 'ann_1' }), 'already_exists'],

  ['an instructor changes', 'instructor', U, change(), 'ok'],
  ['a ta changes', 'ta', U, change(), 'ok'],
  ['a student changes', 'student', U, change(), 'forbidden'],
  [
    'a student, what is not visible yet',
    'student',
    U,
    change({ announcement_id: 'ann_soon' }),
    'not_found',
  ],
  ['a foreign instructor changes', 'foreignInstructor', U, change(), 'not_found'],
  ['another version', 'ta', U, change({ expected_version: 2 }), 'version_mismatch'],
  ['no such announcement', 'ta', U, change({ announcement_id: 'ann_0' }), 'not_found'],
  [
    'in an archived course',
    'instructor',
    U,
    change({ announcement_id: 'ann_old' }),
    'course_not_active',
  ],

  ['an instructor deletes', 'instructor', D, on(), 'ok'],
  ['a ta deletes', 'ta', D, on(), 'ok'],
  ['a student deletes', 'student', D, on(), 'forbidden'],
  ['a foreign student deletes', 'foreignStudent', D, on(), 'not_found'],
  ['another version', 'ta', D, on({ expected_version: 2 }), 'version_mismatch'],
  ['no such announcement', 'ta', D, on({ announcement_id: 'ann_0' }), 'not_found'],
  [
    'in an archived course',
    'instructor',
    D,
    on({ announcement_id: 'ann_old' }),
    'course_not_active',
  ],
];

t.test('who may tell a course something', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('an announcement is answered as it is read, changed and deleted', (t) => {
  const machine = course();
  const made = machine.must<Announcement>(PEOPLE.ta, P, post());
  t.match(machine.lastEvents(), [
    { type: 'announcement.posted', course_id: 'crs_1', user_id: null },
  ]);
  t.equal(machine.lastTarget(), 'ann_new');
  const read = () => getAnnouncement(machine.reader, actorOf('student'), 'ann_new', machine.now);
  t.same(read(), made);
  t.match(made, { author: { id: PEOPLE.ta }, visible_from: null, version: 1 });
  machine.must(PEOPLE.instructor, U, { announcement_id: 'ann_new', title: 'New' });
  t.match(machine.lastEvents(), [{ type: 'announcement.updated' }]);
  t.match(read(), { title: 'New', body_md: made.body_md, author: { id: PEOPLE.ta }, version: 2 });
  machine.must(PEOPLE.instructor, D, { announcement_id: 'ann_new' });
  t.match(machine.lastEvents(), [{ type: 'announcement.deleted' }]);
  t.throws(read, { code: 'not_found' });
  t.end();
});

t.test('what is not visible yet exists for the staff only, and has no event', (t) => {
  const machine = course();
  const ids = (person: Person, now = machine.now) => {
    const page = { limit: 9, after: null };
    const { items } = listAnnouncements(machine.reader, actorOf(person), 'crs_1', now, page);
    return items.map(({ id }) => id);
  };
  for (const person of ['ta', 'instructor', 'admin'] as const) {
    t.same(ids(person), ['ann_soon', 'ann_1'], person);
  }
  t.same(ids('student'), ['ann_1']);
  t.same(ids('student', machine.now + hour - 1), ['ann_1']);
  t.same(ids('student', machine.now + hour), ['ann_soon', 'ann_1']);
  t.throws(() => ids('foreignStudent'), { code: 'not_found' });
  const own = (now: number) => getAnnouncement(machine.reader, actorOf('student'), 'ann_soon', now);
  t.throws(() => own(machine.now), { code: 'not_found' });
  t.match(own(machine.now + hour), { id: 'ann_soon' });

  machine.must(PEOPLE.ta, U, { announcement_id: 'ann_soon', title: 'Later' });
  t.same(machine.lastEvents(), []);
  machine.must(PEOPLE.ta, U, { announcement_id: 'ann_soon', visible_from: null });
  t.match(machine.lastEvents(), [{ type: 'announcement.posted' }]);
  machine.must(PEOPLE.ta, P, post({ visible_from: machine.now + 1 }));
  t.same(machine.lastEvents(), []);
  machine.must(PEOPLE.ta, D, { announcement_id: 'ann_new' });
  t.same(machine.lastEvents(), []);
  t.end();
});

t.test('pages go from the newest to the oldest', (t) => {
  const machine = course();
  for (let n = 0; n < 5; n += 1) machine.must(PEOPLE.ta, P, post({ announcement_id: `ann_p${n}` }));
  const ids: string[] = [];
  let after: readonly [number] | null = null;
  do {
    const request: { limit: number; after: readonly [number] | null } = { limit: 2, after };
    const page = listAnnouncements(
      machine.reader,
      actorOf('student'),
      'crs_1',
      machine.now,
      request,
    );
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  t.same(ids, ['ann_p4', 'ann_p3', 'ann_p2', 'ann_p1', 'ann_p0', 'ann_1']);
  t.end();
});
