import t from 'tap';
import { newAttempt, PEOPLE, type Person } from '../test-course.ts';
import { courseWithWork, grade } from '../test-grades.ts';
import { incident } from '../test-incidents.ts';
import { type AuditEvent, listAuditEvents } from './audit-events.ts';

const ROOT = { id: PEOPLE.admin, site_role: 'admin' } as const;

const ON_SUB = { submission_id: 'sub_1' };
const DRAFT = grade({ state: 'draft' });
const ASKED = {
  message_id: 'msg_1',
  course_id: 'crs_1',
  conversation_id: 'cnv_1',
  is_new: true,
  question_md: 'What is osmosis?',
  mode: 'retrieval',
  body_md: 'Water passing.',
  citations: [],
  reason: null,
  model: null,
};
const IMPORTED = {
  course_id: 'crs_1',
  state: 'draft',
  assignment_ids: ['asg_1'],
  rows: [{ student_id: PEOPLE.student, base_index: 0, cells: [{ assignment: 0, points: 9_000 }] }],
  unchanged_count: 0,
  reason: null,
};

type Row = readonly [name: string, who: Person, kind: string, payload: object, code: string];

const IN_THE_COURSE: readonly Row[] = [
  ['a draft of a grade', 'ta', 'GRADE_ASSIGNMENT', DRAFT, 'ok'],
  ['a posted grade, once', 'ta', 'GRADE_ASSIGNMENT', grade(), 'ok'],
  ['drafts from a file', 'ta', 'IMPORT_GRADES', IMPORTED, 'ok'],
  ['a claim', 'ta', 'CLAIM_GRADING', ON_SUB, 'ok'],
  ['the end of a claim', 'ta', 'RELEASE_GRADING', ON_SUB, 'ok'],
  ['an incident of the course', 'admin', 'DELETE_INCIDENT', { incident_id: 'inc_1' }, 'ok'],
  [
    'what was seen too late',
    'ta',
    'GRADE_ASSIGNMENT',
    grade({ expected_version: 7 }),
    'version_mismatch',
  ],
  ['who only reads', 'admin', 'GRADE_ASSIGNMENT', DRAFT, 'forbidden'],
  ['judging one’s own work', 'student', 'GRADE_ASSIGNMENT', DRAFT, 'forbidden'],
  ['the work of others', 'otherStudent', 'GRADE_ASSIGNMENT', DRAFT, 'not_found'],
  ['a stranger', 'foreignInstructor', 'GRADE_ASSIGNMENT', DRAFT, 'not_found'],
  ['a role too low', 'student', 'DELETE_COURSE', { course_id: 'crs_1' }, 'forbidden'],
  ['too late', 'student', 'SUBMIT_ASSIGNMENT', newAttempt({ assignment_id: 'asg_shut' }), 'closed'],
];

const NOT_IN_THE_COURSE: readonly Row[] = [
  [
    'what is of another course',
    'instructor',
    'CLAIM_GRADING',
    { submission_id: 'sub_old' },
    'course_not_active',
  ],
  ['what does not exist', 'ta', 'CLAIM_GRADING', { submission_id: 'sub_0' }, 'not_found'],
  ['what is of all courses', 'admin', 'DELETE_INCIDENT', { incident_id: 'inc_all' }, 'ok'],
  ['that somebody asks the tutor', 'student', 'RECORD_TUTOR_MESSAGE', ASKED, 'ok'],
  ['who may not act at all', 'nobodyKnown', 'CLAIM_GRADING', ON_SUB, 'account_not_active'],
];

function scene() {
  const course = courseWithWork();
  course.addAssignment('asg_shut', { lock_at: course.now - 1 });
  const own = incident({ incident_id: 'inc_1', course_id: 'crs_1' });
  course.must(PEOPLE.admin, 'CREATE_INCIDENT', own);
  course.must(PEOPLE.admin, 'CREATE_INCIDENT', incident({ incident_id: 'inc_all' }));
  const trail = (course_id: string): readonly AuditEvent[] => {
    const page = { limit: 1_000, after: null };
    return listAuditEvents(course.reader, ROOT, { course_id }, page).items;
  };
  /** What the last entry added to the trail of each course. */
  const added = (course_id: string) =>
    trail(course_id).filter(({ log_index }) => log_index === course.machine.applied.index);
  return { course, added };
}

t.test('what happens in a course is in its trail, with an event or without', (t) => {
  for (const [name, who, kind, payload, code] of IN_THE_COURSE) {
    const { course, added } = scene();
    t.equal(course.code(PEOPLE[who], kind, payload), code, name);
    const seen = added('crs_1').map((event) => [event.kind, event.actor_id, event.code]);
    t.same(seen, [[kind, PEOPLE[who], code]], name);
    t.same(added('crs_2'), [], `${name}: in no other`);
    course.close();
  }
  t.end();
});

t.test('what is not the course’s, or not the staff’s to know, is not', (t) => {
  for (const [name, who, kind, payload, code] of NOT_IN_THE_COURSE) {
    const { course, added } = scene();
    t.equal(course.code(PEOPLE[who], kind, payload), code, name);
    t.same(added('crs_1'), [], name);
    course.close();
  }
  t.end();
});

t.test('a refusal emits nothing and names no object', (t) => {
  const { course, added } = scene();
  course.code(PEOPLE.student, 'GRADE_ASSIGNMENT', grade());
  t.match(added('crs_1'), [{ object_id: null }]);
  t.same(course.lastEvents(), []);
  course.close();
  t.end();
});
