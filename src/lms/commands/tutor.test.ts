import t from 'tap';
import { getConversation, listConversations } from '../queries/tutor.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';

const ASKED = {
  message_id: 'msg_1',
  course_id: 'crs_1',
  conversation_id: 'cnv_1',
  is_new: true,
  question_md: 'What is osmosis?\nPlease.',
  mode: 'retrieval',
  body_md: 'Water passing.',
  citations: [
    { n: 1, material_id: 'mat_1', title: 'Cells', page: 3, page_label: 'iii', quote: 'Water' },
  ],
  reason: { code: 'unreachable', detail: 'Away.' },
  model: null,
};
const AGAIN = { ...ASKED, message_id: 'msg_2', is_new: false };

const TABLE: readonly [person: Person, payload: object, code: string][] = [
  ['student', ASKED, 'ok'],
  ['ta', ASKED, 'ok'],
  ['instructor', ASKED, 'ok'],
  ['admin', ASKED, 'forbidden'],
  ['foreignStudent', ASKED, 'not_found'],
  ['nobodyKnown', ASKED, 'account_not_active'],
  ['student', { ...ASKED, course_id: 'crs_no' }, 'not_found'],
  ['student', { ...ASKED, course_id: 'crs_old' }, 'course_not_active'],
  ['student', { ...ASKED, conversation_id: 'cnv_0' }, 'already_exists'],
  ['student', { ...ASKED, message_id: 'msg_0' }, 'already_exists'],
  ['student', AGAIN, 'not_found'],
  ['student', { ...AGAIN, conversation_id: 'cnv_0' }, 'ok'],
  ['otherStudent', { ...AGAIN, conversation_id: 'cnv_0' }, 'not_found'],
  ['instructor', { ...AGAIN, conversation_id: 'cnv_0' }, 'not_found'],
];

/** The student has a conversation `cnv_0` with one message. */
function school(): TestCourse {
  const machine = new TestCourse();
  machine.archive('crs_old');
  const first = { ...ASKED, conversation_id: 'cnv_0', message_id: 'msg_0' };
  machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', first);
  return machine;
}

for (const [person, payload, code] of TABLE) {
  t.test(
    `RECORD_TUTOR_MESSAGE by ${person} ${JSON.stringify(payload).slice(0, 120)}: ${code}`,
    (t) => {
      const machine = school();
      t.equal(machine.code(PEOPLE[person], 'RECORD_TUTOR_MESSAGE', payload), code);
      machine.close();
      t.end();
    },
  );
}

t.test('a conversation has its messages in order, and a title', (t) => {
  const machine = school();
  const answer = machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', ASKED);
  t.equal(machine.lastTarget(), 'msg_1');
  const { message_id, is_new, course_id, ...rest } = ASKED;
  t.same(answer, { id: 'msg_1', ...rest, created_at: '2026-01-05T09:00:00.000Z' });
  const generated = { ...AGAIN, mode: 'generated', reason: null, model: 'm' };
  machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', generated);
  t.match(getConversation(machine.reader, actorOf('student'), 'cnv_1'), {
    title: 'What is osmosis?',
    message_count: 2,
    messages: [
      { id: 'msg_1', reason: { code: 'unreachable' } },
      { id: 'msg_2', mode: 'generated', reason: null, model: 'm' },
    ],
  });
  machine.close();
  t.end();
});

t.test('only who began it reads it, as long as they are in the course', (t) => {
  const machine = school();
  for (const person of ['otherStudent', 'ta', 'instructor', 'admin', 'foreignStudent'] as const) {
    t.throws(() => getConversation(machine.reader, actorOf(person), 'cnv_0'), {
      code: 'not_found',
    });
  }
  machine.must(PEOPLE.instructor, 'UNENROLL', { course_id: 'crs_1', user_id: PEOPLE.student });
  t.throws(() => getConversation(machine.reader, actorOf('student'), 'cnv_0'), {
    code: 'not_found',
  });
  machine.close();
  t.end();
});

t.test('own conversations, newest first, in pages', (t) => {
  const machine = school();
  machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', ASKED);
  machine.must(PEOPLE.otherStudent, 'RECORD_TUTOR_MESSAGE', {
    ...ASKED,
    conversation_id: 'cnv_9',
    message_id: 'msg_9',
  });
  const list = (after: readonly [number] | null) =>
    listConversations(machine.reader, actorOf('student'), 'crs_1', { limit: 1, after });
  const first = list(null);
  t.match(first.items, [{ id: 'cnv_1', message_count: 1 }]);
  t.match(list(first.next), { items: [{ id: 'cnv_0' }], next: null });
  machine.close();
  t.end();
});

t.test('a title is cut between characters, never inside one', (t) => {
  const machine = school();
  const question_md = '😀'.repeat(100);
  machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', { ...ASKED, question_md });
  t.equal(getConversation(machine.reader, actorOf('student'), 'cnv_1').title, '😀'.repeat(80));
  machine.close();
  t.end();
});

t.test('a conversation is full at 200 messages', (t) => {
  const machine = school();
  for (let n = 1; n < 200; n += 1) {
    machine.must(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', {
      ...AGAIN,
      conversation_id: 'cnv_0',
      message_id: `msg_more_${n}`,
    });
  }
  const more = { ...AGAIN, conversation_id: 'cnv_0', message_id: 'msg_last' };
  t.equal(machine.code(PEOPLE.student, 'RECORD_TUTOR_MESSAGE', more), 'conflict');
  machine.close();
  t.end();
});
