import t, { type Test } from 'tap';
import { maxAuditRowsExamined } from '../limits.ts';
import { actorOf, PEOPLE, type Person, TestCourse } from '../test-course.ts';
import { auditChainPart } from './audit-chain.ts';
import { type AuditEvent, type AuditFilter, listAuditEvents } from './audit-events.ts';

const ROOT = { id: PEOPLE.admin, site_role: 'admin' } as const;

function scene(t: Test): TestCourse {
  const course = new TestCourse();
  t.teardown(() => course.close());
  return course;
}

/** All pages of `limit`, as one list. */
function all(course: TestCourse, filter: AuditFilter, limit = 7): AuditEvent[] {
  const items: AuditEvent[] = [];
  let after: readonly [number] | null = null;
  do {
    const page = listAuditEvents(course.reader, ROOT, filter, { limit, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

/** What every filter must find, told by looking at each row. */
function expected(course: TestCourse, matches: (event: AuditEvent) => boolean): number[] {
  return all(course, {}, 1_000)
    .filter(matches)
    .map((event) => event.log_index);
}

function code(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

t.test('every entry is there, newest first', (t) => {
  const course = scene(t);
  const { index } = course.machine.applied;
  const events = all(course, {});
  t.same(
    events.map((event) => event.log_index),
    Array.from({ length: index }, (_, n) => index - n),
  );
  t.equal(events[0]?.chain_hash, course.machine.chainHash);
  t.end();
});

t.test('each filter, and several at once', (t) => {
  const course = scene(t);
  course.now += 60_000;
  course.addAssignment('asg_1');
  course.handIn('student', 'asg_1', 'sub_1');
  const middle = course.now;
  course.now += 60_000;
  course.handIn('otherStudent', 'asg_1', 'sub_2');
  course.apply(PEOPLE.student, 'DELETE_COURSE', { course_id: 'crs_1' });
  const by = (actor: string) => (event: AuditEvent) => event.actor_id === actor;
  const table: [AuditFilter, (event: AuditEvent) => boolean][] = [
    [{ actor_id: PEOPLE.student }, by(PEOPLE.student)],
    [{ object_id: 'sub_1' }, (event) => event.object_id === 'sub_1'],
    [{ kind: 'ENROLL' }, (event) => event.kind === 'ENROLL'],
    [{ from: middle }, (event) => Date.parse(event.at) >= middle],
    [{ to: middle }, (event) => Date.parse(event.at) < middle],
    [{ from: middle, to: middle + 1 }, (event) => Date.parse(event.at) === middle],
    [{ from: course.now + 1 }, () => false],
    [
      { actor_id: PEOPLE.student, kind: 'DELETE_COURSE' },
      (event) => by(PEOPLE.student)(event) && event.kind === 'DELETE_COURSE',
    ],
    [
      { actor_id: PEOPLE.otherStudent, object_id: 'sub_2', from: middle },
      (event) => event.object_id === 'sub_2',
    ],
    [{ actor_id: PEOPLE.student, object_id: 'sub_2' }, () => false],
  ];
  for (const [filter, matches] of table) {
    const found = all(course, filter, 2).map((event) => event.log_index);
    t.same(found, expected(course, matches), JSON.stringify(filter));
  }
  const refused = all(course, { kind: 'DELETE_COURSE' });
  t.match(refused, [{ code: 'forbidden', actor_id: PEOPLE.student }], 'what was refused, too');
  t.end();
});

t.test('a course has its own trail', (t) => {
  const course = scene(t);
  course.addAssignment('asg_1');
  course.handIn('student', 'asg_1', 'sub_1');
  const trail = all(course, { course_id: 'crs_1' });
  t.match(trail[0], { kind: 'SUBMIT_ASSIGNMENT', actor_id: PEOPLE.student });
  t.equal(trail.filter((event) => event.kind === 'ENROLL').length, 3);
  const indexes = new Set(trail.map((event) => event.log_index));
  t.equal(indexes.size, trail.length, 'once, however many events an entry has');
  for (const { log_index } of all(course, { course_id: 'crs_2' })) t.notOk(indexes.has(log_index));
  t.match(all(course, { course_id: 'crs_1', kind: 'CREATE_ASSIGNMENT' }), [{ object_id: 'asg_1' }]);
  t.match(all(course, { course_id: 'crs_1', object_id: 'sub_1' }), [{ object_id: 'sub_1' }]);
  t.same(
    all(course, { course_id: 'crs_2', object_id: 'sub_1' }),
    [],
    'not by way of another course',
  );
  t.same(all(course, { course_id: 'crs_2', actor_id: PEOPLE.student }), []);
  t.end();
});

const ACCESS: readonly [who: Person, site: string, course: string, chain: string][] = [
  ['admin', 'ok', 'ok', 'ok'],
  ['instructor', 'forbidden', 'ok', 'forbidden'],
  ['ta', 'forbidden', 'ok', 'forbidden'],
  ['student', 'forbidden', 'forbidden', 'forbidden'],
  ['foreignInstructor', 'forbidden', 'not_found', 'forbidden'],
];

t.test('who may read', (t) => {
  const { reader } = scene(t);
  const first = { limit: 1, after: null };
  for (const [who, site, course, chain] of ACCESS) {
    const actor = actorOf(who);
    const list = (filter: AuditFilter) => () => listAuditEvents(reader, actor, filter, first);
    t.equal(code(list({})), site, who);
    t.equal(code(list({ actor_id: actor.id })), site, `${who}, of themselves`);
    t.equal(code(list({ course_id: 'crs_1' })), course, who);
    t.equal(
      code(() => auditChainPart(reader, actor, 1, null)),
      chain,
      who,
    );
  }
  t.end();
});

t.test('a request looks at a limited number of entries, and says where to go on', (t) => {
  const course = scene(t);
  course.addAssignment('asg_1');
  for (let n = 0; n < maxAuditRowsExamined; n += 1) {
    course.apply(PEOPLE.instructor, 'DELETE_TOKEN', { token_id: 'tok_x' });
  }
  const filter = { actor_id: PEOPLE.instructor, kind: 'CREATE_ASSIGNMENT' };
  const page = listAuditEvents(course.reader, ROOT, filter, { limit: 5, after: null });
  t.same(page.items, []);
  t.not(page.next, null);
  t.match(all(course, filter), [{ object_id: 'asg_1' }]);
  t.match(all(course, { ...filter, object_id: 'asg_1' }), [{ object_id: 'asg_1' }]);
  t.end();
});

t.test('every filter goes by an index', (t) => {
  const { reader } = scene(t);
  const plan = (where: string) =>
    reader
      .all<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT j.log_index FROM journal j WHERE ${where}
            AND j.log_index >= 1 AND j.log_index < 9 ORDER BY j.log_index DESC`,
      )
      .map((row) => row.detail)
      .join();
  t.match(plan('actor = 9'), /journal_actor/);
  t.match(plan("target = 'x'"), /journal_target/);
  t.match(plan('kind = 9'), /journal_kind/);
  for (const where of ['actor = 9', "target = 'x'", 'kind = 9', 'TRUE']) {
    t.notMatch(plan(where), /TEMP B-TREE/, where);
  }
  t.end();
});

t.test('the chain of two machines that applied the same is the same', (t) => {
  const [one, other] = [scene(t), scene(t)];
  const part = (course: TestCourse, from: number, to: number | null) =>
    auditChainPart(course.reader, ROOT, from, to);
  t.same(part(one, 1, null), part(other, 1, null));
  t.equal(part(one, 1, null).chain_hash, one.machine.chainHash);
  t.equal(part(one, 1, null).to, one.machine.applied.index);
  t.equal(part(one, 3, 5).to, 5);
  t.not(part(one, 3, 5).rows_sha256, part(one, 3, 6).rows_sha256);
  t.equal(
    code(() => part(one, 1_000, null)),
    'not_found',
  );
  other.apply(PEOPLE.student, 'DELETE_COURSE', { course_id: 'crs_1' });
  one.apply(PEOPLE.student, 'DELETE_COURSE', { course_id: 'crs_2' });
  t.not(part(one, 1, null).chain_hash, part(other, 1, null).chain_hash);
  t.end();
});
