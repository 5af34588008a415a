import t from 'tap';
import { RosterReader } from './roster-reader.ts';
import { GOOD, readRoster, USERS_HEADER, zipOfUsers } from './test-roster-reader.ts';
import { manifest, table, zipOf } from './test-rosters.ts';

t.test('a OneRoster 1.2 zip', async (t) => {
  const roster = await readRoster(await zipOf(GOOD));
  t.equal(roster.info.format, 'oneroster_1.2');
  t.match(roster.users, [
    { external_id: 't1', site_role: 'instructor', place: 'users.csv:2' },
    { external_id: 's1', site_role: 'student', display_name: 'Given S1', email: 's1@example.org' },
    { external_id: 's2', status: 'active', removed: false },
  ]);
  t.match(roster.courses, [{ external_id: 'c1', code: 'BIO-c1', title: 'Biology c1' }]);
  t.match(roster.enrollments, [
    { role: 'instructor', user: { external_id: 't1' }, course: { external_id: 'c1' } },
    { role: 'student', user: { external_id: 's1' } },
    { role: 'student', place: 'enrollments.csv:4' },
  ]);
  t.same([...roster.gone], ['s9']);
});

t.test('1.1, a BOM, metadata columns, guardians, files that are not used', async (t) => {
  const roster = await readRoster(
    await zipOf({
      'manifest.csv': manifest(
        { users: 'delta', enrollments: 'delta', orgs: 'bulk', classes: 'absent' },
        '1.1',
      ),
      'orgs.csv': 'whatever',
      'users.csv': `\uFEFF${table(
        'sourcedId,status,enabledUser,username,givenName,familyName,role,password,metadata.x',
        [
          'u1,active,true,Ada,Ada,Lovelace,teacher,secret,1',
          'u2,active,false,bob,Bob,Boole,student,,1',
          'u3,tobedeleted,,,,,,,1',
          'g1,active,true,gus,Gus,Gauss,guardian,,1',
        ],
      )}`,
      'enrollments.csv': table('sourcedId,status,classSourcedId,userSourcedId,role', [
        'e1,active,c9,u1,teacher',
        'e2,active,c9,g1,guardian',
        'e3,tobedeleted,c9,u2,student',
      ]),
    }),
  );
  t.same(roster.info.ignored_files, ['orgs.csv']);
  t.match(roster.info.warnings, [/1 passwords were not looked at/]);
  t.equal(roster.info.tables.users.skipped, 1);
  t.equal(roster.info.tables.enrollments.skipped, 1);
  t.match(roster.users, [
    { username_key: 'ada', site_role: 'instructor' },
    { status: 'suspended', removed: false },
    { external_id: 'u3', removed: true },
  ]);
  t.match(roster.enrollments, [{ removed: false }, { external_id: 'e3', removed: true }]);
});

t.test('a plain CSV says by its header what it is', async (t) => {
  const users = await readRoster(Buffer.from('username,display_name,email\nann,Ann,a@b.c\n'));
  t.match(users.users, [{ username: 'ann', site_role: null, email: 'a@b.c', external_id: 'ann' }]);
  const people = await readRoster(Buffer.from('course_id,username,role\ncrs_1,ann,ta\n'));
  t.match(people.enrollments, [{ role: 'ta', course: { id: 'crs_1' }, external_id: 'crs_1/ann' }]);
});

t.test('the event loop goes on while 100,000 rows are read', async (t) => {
  const rows = Array.from({ length: 100_000 }, (_, n) => `${n},true,u${n},b,c,`);
  const zip = await zipOfUsers(table(USERS_HEADER, rows));
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const reader = await RosterReader.open({ bytes: zip, mode: 'delta' });
  clearInterval(timer);
  t.equal(reader.info.tables.users.rows, 100_000);
  t.ok(turns > 20, `${turns} turns`);
  await reader.close();
});
