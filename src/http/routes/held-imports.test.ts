import t from 'tap';
import { enroll } from '../../lms/commands/enroll.ts';
import { updateCourse } from '../../lms/commands/update-course.ts';
import { manifest, rosterFiles, table } from '../../lms/imports/test-rosters.ts';
import type { CourseRole } from '../../lms/policy.ts';
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

t.test(
  'so is one that suspends its only active instructor, and none that suspends others',
  async (t) => {
    const s = importScene(t);
    const header = 'username,display_name,status\n';
    const rows = (ann: string, bob: string, cleo = 'active') =>
      `${header}ann,Ann,${ann}\nbob,Bob,${bob}\ncleo,Cleo,${cleo}\n`;
    await s.import(rows('active', 'active'));
    const { token } = s.admin;
    const made = await s.api.request('POST /v1/courses', {
      token,
      body: { code: 'A', title: 'A' },
    });
    const { id: course_id } = (await made.json()) as { id: string };
    const join = (username: string, role: CourseRole) =>
      s.api.command(enroll, { course_id, user_id: s.userId(username), role }, s.admin.id);
    join('ann', 'instructor');
    join('bob', 'instructor');
    join('root', 'ta');
    join('cleo', 'student');
    const stateOf = async (roster: string, mode = 'delta') => {
      const query = `?mode=${mode}&max_removed_percent=100`;
      const { state, held_because } = await s.plan(roster, query);
      return [state, held_because];
    };
    t.same(await stateOf(rows('suspended', 'active', 'suspended')), ['planned', []]);
    const last = { scope: 'course', name: course_id, removes: 2, present: 2 };
    t.match(await stateOf(rows('suspended', 'suspended')), ['held', [last]]);
    const absent = await stateOf(`${header}cleo,Cleo,active\n`, 'bulk');
    t.match(absent, ['held', [last]], 'also by being absent');
    s.api.command(updateCourse, { course_id, status: 'archived' }, s.admin.id);
    t.same(await stateOf(rows('suspended', 'suspended')), ['planned', []], 'it is over');
  },
);

t.test('who joins in the place of the last one and cannot log in does not count', async (t) => {
  const s = importScene(t);
  await s.import(rosterFiles({ students: studentIds(3) }));
  const planOf = async (enabled: boolean) => {
    const delta = {
      'manifest.csv': manifest({ users: 'delta', enrollments: 'delta' }),
      'users.csv': table('sourcedId,status,enabledUser,username,givenName,familyName', [
        't1,tobedeleted,,,,',
        `t2,active,${enabled},t2,New,Teacher`,
      ]),
      'enrollments.csv': table('sourcedId,status,classSourcedId,userSourcedId,role', [
        'e-t2-c1,active,c1,t2,teacher',
      ]),
    };
    const { state, held_because } = await s.plan(delta, '?max_removed_percent=100');
    return [state, held_because.map(({ scope, removes }) => [scope, removes])];
  };
  t.same(await planOf(true), ['planned', []]);
  t.same(await planOf(false), ['held', [['course', 1]]]);
});
