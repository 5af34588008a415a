import t from 'tap';
import { importScene, studentIds } from '../testing-imports.ts';

t.test(
  'that a name of the roster makes somebody an instructor is held: anybody may have taken it',
  async (t) => {
    const s = importScene(t);
    const { token } = s.api.user('prof.smith', 'student');
    s.api.user('prof.jones', 'instructor');
    const roster =
      'username,display_name,site_role\nprof.smith,Prof. Smith,instructor\n' +
      'prof.jones,Prof. Jones,instructor\nprof.new,Prof. New,instructor\nroot,Root,instructor\n';
    const held = await s.plan(roster);
    t.equal(held.state, 'held');
    t.match(held.held_because, [
      { scope: 'role', name: 'instructor', removes: 0, present: 1, detail: /roster\.csv:2\./ },
    ]);
    t.equal(held.held_because.length, 1);
    t.equal((await s.act(held.id, 'apply', {})).status, 409);
    const me = async () => await (await s.api.request('GET /v1/me', { token })).json();
    t.match(await me(), { site_role: 'student' });
    await s.must(held.id, 'apply');
    t.match(await me(), { site_role: 'instructor' }, 'somebody has looked');
  },
);

t.test('of many such rows a few are named', async (t) => {
  const s = importScene(t);
  const names = studentIds(12);
  for (const name of names) s.api.user(name, 'student');
  const rows = names.map((name) => `${name},${name},instructor\n`).join('');
  const held = await s.plan(`username,display_name,site_role\n${rows}`);
  t.match(held.held_because, [{ present: 12, detail: /roster\.csv:2, .*:11 and 2 more\./ }]);
});

t.test(
  'whoever the source brought may rise by it, and a taken over account may stay what it is',
  async (t) => {
    const s = importScene(t);
    s.api.user('sue', 'student');
    const plain = await s.plan('username,display_name\nsue,Sue\n');
    t.equal(plain.state, 'planned');
    await s.must(plain.id, 'apply');
    const risen = await s.plan('username,display_name,site_role\nsue,Sue,instructor\n');
    t.equal(risen.state, 'planned');
  },
);

t.test('a roster that leaves a course without an active instructor is held', async (t) => {
  const s = importScene(t);
  const { token } = s.admin;
  const made = await s.api.request('POST /v1/courses', { token, body: { code: 'A', title: 'A' } });
  const { id: course_id } = (await made.json()) as { id: string };
  for (const name of ['ann', 'bob', 'cleo']) s.api.user(name, 'instructor');
  const rows = (changes: readonly string[]) =>
    `course_id,username,role,status\n${changes.map((row) => `${course_id},${row}\n`).join('')}`;
  await s.import(rows(['root,ta,active', 'ann,instructor,active', 'bob,instructor,active']));
  const one = await s.plan(rows(['ann,,removed']));
  t.equal(one.state, 'planned', 'another is left');
  const last = { scope: 'course', name: course_id, removes: 2, present: 2 };
  const none = await s.plan(rows(['ann,instructor,removed', 'bob,ta,active']));
  t.match([none.state, none.held_because], ['held', [last]]);
  const other = await s.plan(rows(['ann,,removed', 'bob,ta,active', 'cleo,instructor,active']));
  t.equal(other.state, 'planned', 'another comes');
  await s.api.request(`PATCH /v1/users/${s.userId('bob')}`, {
    token,
    body: { status: 'suspended' },
  });
  const suspended = await s.plan(rows(['ann,,removed']));
  t.match([suspended.state, suspended.held_because], ['held', [{ removes: 1, present: 1 }]]);
  await s.must(suspended.id, 'apply');
});
