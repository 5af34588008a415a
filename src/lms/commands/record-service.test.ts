import t from 'tap';
import { minOutageMs } from '../limits.ts';
import { getIncident, listIncidents } from '../queries/incidents.ts';
import { actorOf, PEOPLE, TestCourse } from '../test-course.ts';
import { applying, outagePolicy } from '../test-incidents.ts';
import { TestMachine } from '../test-machine.ts';

const R = 'RECORD_SERVICE';
let next = 0;

function record(machine: TestCourse): string | null {
  next += 1;
  const value = machine.must<{ incident_id: string | null }>(null, R, {
    incident_id: `inc_r${next}`,
  });
  return value.incident_id;
}

/** Nothing is committed for so long, then there is a new leader. */
function outage(machine: TestCourse, lastedMs: number): void {
  machine.elect();
  machine.now += lastedMs;
}

function write(machine: TestCourse): void {
  machine.must(PEOPLE.student, 'POST_QUERY', {
    query_id: `qry_${next++}`,
    course_id: 'crs_1',
    to: 'instructor',
    title: 'Why?',
    body_md: 'I wonder.',
    anonymous: false,
  });
}

const windows = (machine: TestCourse) =>
  listIncidents(machine.reader, actorOf('admin'), { limit: 99, after: null }).items.map(
    ({ started_at, ended_at }) => [Date.parse(started_at), Date.parse(ended_at ?? '')],
  );

t.test('a window without commits that ends with a leader is an incident', (t) => {
  const machine = new TestCourse();
  const started_at = machine.now;
  outage(machine, minOutageMs);
  const id = record(machine);
  t.match(getIncident(machine.reader, actorOf('student'), id ?? ''), {
    source: 'detected',
    course_id: null,
    started_at: new Date(started_at).toISOString(),
    ended_at: new Date(machine.now).toISOString(),
  });
  t.match(machine.lastEvents(), [{ type: 'incident.recorded', course_id: null }]);
  t.equal(record(machine), null, 'once');
  t.end();
});

t.test('a shorter one is none, nor is one at the beginning of the log', (t) => {
  const machine = new TestCourse();
  outage(machine, minOutageMs - 1);
  t.equal(record(machine), null);
  t.same(windows(machine), []);
  t.end();
});

t.test('the first leader of a new log ends no outage', (t) => {
  const machine = new TestMachine();
  machine.elect();
  machine.addUser('usr_1', 'admin');
  const value = machine.must<{ incident_id: string | null }>(null, R, { incident_id: 'inc_x' });
  t.equal(value.incident_id, null);
  t.end();
});

t.test('a quiet time under one leader is none', (t) => {
  const machine = new TestCourse();
  machine.elect();
  write(machine);
  machine.now += 10 * minOutageMs;
  t.equal(record(machine), null);
  t.end();
});

t.test('it is found late, too, and the first write after it was its end', (t) => {
  const machine = new TestCourse();
  const started_at = machine.now;
  outage(machine, minOutageMs);
  const ended_at = machine.now;
  write(machine);
  machine.now += 10 * minOutageMs;
  write(machine);
  record(machine);
  t.same(windows(machine), [[started_at, ended_at]]);
  t.end();
});

t.test('several are recorded one by one', (t) => {
  const machine = new TestCourse();
  const expected: number[][] = [];
  for (const lasted of [minOutageMs, 5_000, 3 * minOutageMs]) {
    const started_at = machine.now;
    outage(machine, lasted);
    write(machine);
    if (lasted >= minOutageMs) expected.unshift([started_at, machine.now]);
  }
  while (record(machine) !== null);
  t.same(windows(machine), expected);
  t.end();
});

t.test('leaders that came and went in it make one window', (t) => {
  const machine = new TestCourse();
  const started_at = machine.now;
  machine.elect();
  machine.now += minOutageMs;
  machine.elect();
  write(machine);
  record(machine);
  t.equal(record(machine), null);
  t.same(windows(machine), [[started_at, machine.now]]);
  t.end();
});

t.test('a clock that was set back makes none', (t) => {
  const machine = new TestCourse();
  machine.elect();
  machine.now -= 10 * minOutageMs;
  t.equal(record(machine), null);
  t.end();
});

t.test('people do not record outages', (t) => {
  const machine = new TestCourse();
  for (const person of ['admin', 'student'] as const) {
    t.equal(machine.code(PEOPLE[person], R, { incident_id: 'inc_x' }), 'forbidden', person);
  }
  t.end();
});

t.test('the times of a detected incident stand; a policy can be applied to it', (t) => {
  const machine = new TestCourse();
  outage(machine, minOutageMs);
  const incident_id = record(machine);
  const moved = { incident_id, ended_at: machine.now + 1 };
  t.equal(machine.code(PEOPLE.admin, 'UPDATE_INCIDENT', moved), 'conflict');
  t.equal(machine.code(PEOPLE.admin, 'UPDATE_INCIDENT', { incident_id, note_md: 'A fire.' }), 'ok');
  machine.must(PEOPLE.admin, 'CREATE_OUTAGE_POLICY', outagePolicy({ policy_id: 'opl_1' }));
  t.equal(machine.code(PEOPLE.admin, 'ADJUST_DEADLINES', applying({ incident_id })), 'ok');
  t.end();
});
