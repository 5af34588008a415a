import ICAL from 'ical.js';
import t from 'tap';
import { adjustDeadlines } from '../../lms/commands/adjust-deadlines.ts';
import { createIncident } from '../../lms/commands/create-incident.ts';
import { createOutagePolicy } from '../../lms/commands/create-outage-policy.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { READING } from '../../lms/test-outage-policies.ts';
import { type CourseScene, courseScene, itemsOf, type Person } from '../testing-course.ts';

const DUE = Date.parse('2026-11-27T22:59:00.000Z');
const hour = 3_600_000;

async function feed(scene: CourseScene, person: Person): Promise<{ id: string; path: string }> {
  const response = await scene.as(person, 'POST /v1/me/feeds', { name: 'My phone' });
  return (await response.json()) as { id: string; path: string };
}

const fetched = (scene: CourseScene, path: string, headers: Record<string, string> = {}) =>
  scene.as(null, `GET ${path}`, undefined, headers);

/** As another library reads them. */
async function eventsOf(scene: CourseScene, path: string) {
  const calendar = new ICAL.Component(ICAL.parse(await (await fetched(scene, path)).text()));
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const { uid, summary, startDate, endDate, sequence } = new ICAL.Event(component);
    const at = (date: typeof startDate) => `${date.zone.tzid} ${date.toJSDate().toISOString()}`;
    return { uid, summary, start: at(startDate), end: at(endDate), sequence };
  });
}

t.test('a feed is made, shown once, fetched without a login, and ended', async (t) => {
  const scene = courseScene(t);
  scene.assignment({ due_at: DUE });
  scene.assignment();
  const response = await scene.as('student', 'POST /v1/me/feeds', { name: 'My phone' });
  t.equal(response.status, 201);
  const made = (await response.json()) as { id: string; path: string };
  t.match(made.path, /^\/v1\/feeds\/lms_cal_[\w-]{43}\.ics$/);
  const [shown] = await itemsOf<object>(scene.as('student', 'GET /v1/me/feeds'));
  t.same(Object.keys(shown ?? {}), ['id', 'name', 'created_at']);

  const calendar = await fetched(scene, made.path);
  t.equal(calendar.status, 200);
  t.equal(calendar.headers.get('Content-Type'), 'text/calendar; charset=utf-8');
  t.equal((await eventsOf(scene, made.path)).length, 1, 'only what is due');
  t.equal((await scene.as('otherStudent', `DELETE /v1/me/feeds/${made.id}`)).status, 404);
  t.equal((await fetched(scene, made.path)).status, 200);
  t.equal((await scene.as('student', `DELETE /v1/me/feeds/${made.id}`)).status, 204);
  t.equal((await fetched(scene, made.path)).status, 404);
  t.same(await itemsOf(scene.as('student', 'GET /v1/me/feeds')), []);
});

t.test('an event says when, in UTC, and which course; the same for ever', async (t) => {
  const scene = courseScene(t);
  const made = Math.floor(scene.api.consensus.now() / 1000) * 1000 + hour;
  scene.api.consensus.now = () => made;
  const id = scene.assignment({ due_at: DUE, title: 'Essay' });
  const { path } = await feed(scene, 'student');
  const [event] = await eventsOf(scene, path);
  t.match(event, {
    uid: `${id}@quorum-lms`,
    summary: 'C: Essay',
    start: 'UTC 2026-11-27T22:59:00.000Z',
    end: 'UTC 2026-11-27T22:59:00.000Z',
  });
  const text = await (await fetched(scene, path)).text();
  const stamp = new Date(made).toISOString().replace(/[-:]|\.000/g, '');
  t.match(text, `DTSTAMP:${stamp}\r\n`, 'of the change, not of the request');
  t.match(text, `LAST-MODIFIED:${stamp}\r\n`);
  t.notMatch(text, 'DTEND', 'which had to be later than the beginning');
  t.notMatch(
    text,
    'METHOD',
    'which would want an organizer (RFC 5546) and a parameter of the media type',
  );
});

t.test('what titles hold is escaped, long lines are folded, lines end with CRLF', async (t) => {
  const scene = courseScene(t);
  const titles = [
    'Read; write, and \\ think',
    `ä${'ß'.repeat(180)}`,
    '🎓'.repeat(40),
    'BEGIN:VEVENT END:VCALENDAR',
  ];
  for (const title of titles) scene.assignment({ due_at: DUE, title });
  const { path } = await feed(scene, 'student');
  const text = await (await fetched(scene, path)).text();
  const lines = text.split('\r\n');
  t.notOk(
    lines.some((line) => line.includes('\n')),
    'no bare line feed',
  );
  for (const line of lines) t.ok(Buffer.byteLength(line) <= 75, line);
  const summaries = (await eventsOf(scene, path)).map(({ summary }) => summary);
  t.same(summaries.sort(), titles.map((title) => `C: ${title}`).sort());
});

t.test('unchanged dates are not sent again', async (t) => {
  const scene = courseScene(t);
  const id = scene.assignment({ due_at: DUE });
  const { path } = await feed(scene, 'student');
  const tag = (await fetched(scene, path)).headers.get('ETag') ?? '';
  t.match(tag, /^"[0-9a-f]{64}"$/);
  const same = await fetched(scene, path, { 'If-None-Match': tag });
  t.equal(same.status, 304);
  t.equal(await same.text(), '');
  const change = { due_at: new Date(DUE + hour).toISOString() };
  await scene.as('instructor', `PATCH /v1/assignments/${id}`, change, { 'If-Match': '"1"' });
  t.equal((await fetched(scene, path, { 'If-None-Match': tag })).status, 200);
});

t.test('an incident moves the dates of students, and the event says that it changed', async (t) => {
  const scene = courseScene(t);
  const { api, people } = scene;
  scene.assignment({ due_at: DUE });
  const student = await feed(scene, 'student');
  const teacher = await feed(scene, 'instructor');
  const [before] = await eventsOf(scene, student.path);
  const now = api.consensus.now();
  api.consensus.now = () => now + 5_000;
  const admin = people.admin.id;
  const window = { started_at: DUE - hour, ended_at: DUE + hour };
  const incident = { incident_id: 'inc_1', title: 'x', note_md: '', course_id: null };
  api.command(createIncident, { ...incident, ...window }, admin);
  api.command(createOutagePolicy, { policy_id: 'opl_1', name: 'x', ...READING }, admin);
  const payload = { incident_id: 'inc_1', action: 'apply', policy_id: 'opl_1' } as const;
  api.command(adjustDeadlines, payload, admin);
  const [after] = await eventsOf(scene, student.path);
  t.equal(after?.start, 'UTC 2026-11-28T22:59:00.000Z');
  t.equal(after?.uid, before?.uid);
  t.ok(Number(after?.sequence) > Number(before?.sequence));
  const [seen] = await eventsOf(scene, teacher.path);
  t.equal(seen?.start, 'UTC 2026-11-27T22:59:00.000Z', 'staff see what they set');
});

t.test('whatever moves or renames an event, it changed later than before', async (t) => {
  const scene = courseScene(t);
  const { api, people, course_id } = scene;
  const id = scene.assignment({ due_at: DUE });
  const { path } = await feed(scene, 'student');
  const override = `/v1/assignments/${id}/overrides/${people.student.id}`;
  const later = { due_at: new Date(DUE + hour).toISOString() };
  const changes: readonly [string, object | undefined][] = [
    [`PUT ${override}`, later],
    [`DELETE ${override}`, undefined],
    [`PATCH /v1/courses/${course_id}`, { code: 'D' }],
  ];
  const shown = async () => (await eventsOf(scene, path))[0];
  let before = await shown();
  for (const [n, [target, body]] of changes.entries()) {
    const now = Date.now() + (n + 1) * 5_000;
    api.consensus.now = () => now;
    t.ok((await scene.as('instructor', target, body)).ok, target);
    const after = await shown();
    t.notSame([after?.start, after?.summary], [before?.start, before?.summary], target);
    t.ok(Number(after?.sequence) > Number(before?.sequence), target);
    before = after;
  }
});

t.test('only one’s own active courses', async (t) => {
  const scene = courseScene(t);
  scene.assignment({ due_at: DUE });
  const own = await feed(scene, 'student');
  const foreign = await feed(scene, 'foreignStudent');
  t.equal((await eventsOf(scene, own.path)).length, 1);
  t.same(await eventsOf(scene, foreign.path), []);
  const target = `PATCH /v1/courses/${scene.course_id}`;
  await scene.as('instructor', target, { status: 'archived' });
  t.same(await eventsOf(scene, own.path), []);
});

t.test('who may not log in has no calendar', async (t) => {
  const scene = courseScene(t);
  const { api, people } = scene;
  const suspended = await feed(scene, 'student');
  const deleted = await feed(scene, 'otherStudent');
  const suspend = { user_id: people.student.id, status: 'suspended' } as const;
  api.command(updateUser, suspend, people.admin.id);
  t.equal((await fetched(scene, suspended.path)).status, 404);
  await scene.as('admin', `DELETE /v1/users/${people.otherStudent.id}`);
  t.equal((await fetched(scene, deleted.path)).status, 404);
});

t.test('whatever is no address is 404 alike', async (t) => {
  const scene = courseScene(t);
  const { path } = await feed(scene, 'student');
  const { token } = scene.people.student;
  const wrong = [path.replace('.ics', ''), `${path}x`, '/v1/feeds/x.ics', `/v1/feeds/${token}.ics`];
  for (const one of [
    ...wrong,
    path.replace(/.\.ics$/, (end) => (end[0] === 'A' ? 'B.ics' : 'A.ics')),
  ]) {
    t.match(await (await fetched(scene, one)).json(), { code: 'not_found' }, one);
  }
});

t.test('a feed for which there is a key is not made twice, and not shown twice', async (t) => {
  const scene = courseScene(t);
  const make = () =>
    scene.as('student', 'POST /v1/me/feeds', { name: 'x' }, { 'Idempotency-Key': 'k' });
  t.equal((await make()).status, 201);
  t.match(await (await make()).json(), { status: 409, code: 'conflict' });
  t.equal((await itemsOf(scene.as('student', 'GET /v1/me/feeds'))).length, 1);
});

t.test('feeds are a bounded number, and nobody’s without a login', async (t) => {
  const scene = courseScene(t);
  for (let n = 0; n < 20; n += 1) await feed(scene, 'student');
  const one = await scene.as('student', 'POST /v1/me/feeds', { name: 'x' });
  t.match(await one.json(), { status: 409, code: 'conflict' });
  t.equal((await scene.as(null, 'POST /v1/me/feeds', { name: 'x' })).status, 401);
  t.equal((await scene.as(null, 'GET /v1/me/feeds')).status, 401);
});
