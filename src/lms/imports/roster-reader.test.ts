import t from 'tap';
import { type FileErrorCode, RosterRefused } from './file-error.ts';
import { RosterReader } from './roster-reader.ts';
import { ALL_BULK, manifest, rosterFiles, table, zipOf } from './test-rosters.ts';

const GOOD = rosterFiles({ students: ['s1', 's2'] });
type Files = Record<string, string | Uint8Array>;

async function read(bytes: Uint8Array, mode: 'bulk' | 'delta' = 'delta') {
  const reader = await RosterReader.open({ bytes, mode });
  try {
    const rows = { users: [] as object[], courses: [] as object[], enrollments: [] as object[] };
    for (const name of ['users', 'courses', 'enrollments'] as const) {
      for await (const batch of reader.batches(name)) rows[name].push(...batch);
    }
    return { info: reader.info, ...rows, gone: await reader.gone('users', ['s1', 's9']) };
  } finally {
    await reader.close();
  }
}

async function refusalOf(bytes: Uint8Array): Promise<RosterRefused> {
  const error: unknown = await read(bytes).catch((thrown) => thrown);
  if (error instanceof RosterRefused) return error;
  throw new Error(`was not refused: ${error}`);
}

/** A zip whose names were changed afterwards, which no decent program writes. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

t.test('a OneRoster 1.2 zip', async (t) => {
  const roster = await read(await zipOf(GOOD));
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
  const roster = await read(
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
  const users = await read(Buffer.from('username,display_name,email\nann,Ann,a@b.c\n'));
  t.match(users.users, [{ username: 'ann', site_role: null, email: 'a@b.c', external_id: 'ann' }]);
  const people = await read(Buffer.from('course_id,username,role\ncrs_1,ann,ta\n'));
  t.match(people.enrollments, [{ role: 'ta', course: { id: 'crs_1' }, external_id: 'crs_1/ann' }]);
});

const U = 'sourcedId,enabledUser,username,givenName,familyName,email';
const only = (users: string) =>
  zipOf({ 'manifest.csv': manifest({ users: 'bulk' }), 'users.csv': users });
const withFile = (changes: Files) => zipOf({ ...GOOD, ...changes });

const BAD: readonly [string, FileErrorCode, () => Promise<Uint8Array>, RegExp][] = [
  ['not a zip', 'not_a_zip', async () => Buffer.from('PK but not really'), /Zip the CSV/],
  ['cut off', 'not_a_zip', async () => (await zipOf(GOOD)).subarray(0, 400), /Zip the CSV/],
  [
    '../',
    'unsafe_name',
    async () => renamed(await withFile({ 'aa_x.csv': 'x' }), 'aa_x.csv', '../x.csv'),
    /without paths/,
  ],
  [
    'absolute',
    'unsafe_name',
    async () => renamed(await withFile({ 'aax.csv': 'x' }), 'aax.csv', '/ax.csv'),
    /without paths/,
  ],
  ['control characters', 'unsafe_name', () => withFile({ 'a\u0001.csv': 'x' }), /Rename/],
  ['a folder', 'nested_folder', () => withFile({ 'roster/a.csv': 'x' }), /root of the zip/],
  ['a zip in the zip', 'nested_zip', () => withFile({ 'more.zip': 'x' }), /one zip/],
  [
    'a name twice',
    'duplicate_file',
    async () => renamed(await withFile({ 'users.cs_': 'x' }), 'users.cs_', 'users.csv'),
    /twice/,
  ],
  [
    'a bomb',
    'zip_bomb',
    () => withFile({ 'orgs.csv': Buffer.alloc(4_000_000) }),
    /Nothing was unpacked/,
  ],
  [
    'too many files',
    'too_many_files',
    () => zipOf(Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`${n}.csv`, '']))),
    /64 files/,
  ],
  [
    'a damaged file',
    'damaged',
    async () => damagedContent(await zipOf(GOOD)),
    /users\.csv: cannot be unpacked/,
  ],
  ['no manifest', 'manifest_missing', () => zipOf({ 'users.csv': 'x' }), /at the root/],
  [
    'a manifest in capitals',
    'manifest_missing',
    () => zipOf({ 'Manifest.csv': 'x' }),
    /small letters/,
  ],
  [
    'another version',
    'manifest_invalid',
    () => withFile({ 'manifest.csv': manifest(ALL_BULK, '2.0') }),
    /1\.1 and 1\.2/,
  ],
  [
    'a file that is not there',
    'manifest_mismatch',
    () => withFile({ 'manifest.csv': manifest({ ...ALL_BULK, orgs: 'bulk' }) }),
    /orgs\.csv is bulk/,
  ],
  [
    'a file that should not be there',
    'manifest_mismatch',
    () => withFile({ 'manifest.csv': manifest({ ...ALL_BULK, users: 'absent' }) }),
    /users\.csv is absent/,
  ],
  [
    'a file that is not named',
    'manifest_mismatch',
    () => withFile({ 'orgs.csv': 'x' }),
    /does not name orgs\.csv/,
  ],
  ['an unknown file', 'unknown_file', () => withFile({ 'people.csv': 'x' }), /Take it out/],
  ['a file in capitals', 'unknown_file', () => withFile({ 'Orgs.csv': 'x' }), /Name it orgs\.csv/],
  [
    'Latin-1',
    'not_utf8',
    async () =>
      zipOf({
        ...GOOD,
        'users.csv': Buffer.concat([
          Buffer.from(`${U}\n1,true,a,b,`),
          Buffer.from([0xe9]),
          Buffer.from(',\n'),
        ]),
      }),
    /CSV UTF-8/,
  ],
  ['an open quote', 'not_csv', () => only(`${U}\n1,true,"a,b,c,\n`), /users\.csv:1/],
  ['nothing', 'empty_file', () => only(''), /header/],
  [
    'a header in capitals',
    'header_case',
    () => only(`${U.replace('username', 'Username')}\n`),
    /users\.csv:1: the column "Username" must be written "username"/,
  ],
  ['an unknown column', 'unknown_column', () => only(`${U},shoeSize\n`), /shoeSize/],
  ['a column twice', 'duplicate_column', () => only(`${U},email\n`), /twice/],
  [
    'a missing column',
    'missing_column',
    () => only('sourcedId,username\n'),
    /enabledUser, givenName, familyName/,
  ],
  [
    'a missing cell',
    'wrong_cell_count',
    () => only(`${U}\n1,true,a,b\n`),
    /users\.csv:2: has 4 cells/,
  ],
  [
    'a missing value',
    'missing_value',
    () => only(`${U}\n,true,a,b,c,\n`),
    /users\.csv:2, sourcedId/,
  ],
  [
    'a wrong word',
    'invalid_value',
    () => only(`${U}\n1,yes,a,b,c,\n`),
    /must be one of: true, false/,
  ],
  [
    'a wrong username',
    'invalid_value',
    () => only(`${U}\n1,true,a b,b,c,\n`),
    /users\.csv:2, username/,
  ],
  [
    'a wrong e-mail',
    'invalid_value',
    () => only(`${U}\n1,true,a,b,c,nobody\n`),
    /users\.csv:2, email/,
  ],
  ['a long name', 'too_long', () => only(`${U}\n1,true,a,${'b'.repeat(300)},c,\n`), /Shorten/],
  [
    'a control character',
    'control_character',
    () => only(`${U}\n1,true,a,b\u0007,c,\n`),
    /users\.csv:2, givenName/,
  ],
  ['a line break', 'control_character', () => only(`${U}\n1,true,a,"b\nb",c,\n`), /line break/],
  [
    'a formula',
    'formula_cell',
    () => only(`${U}\n1,true,a,=1+1,c,\n`),
    /users\.csv:2, givenName: begins with "="/,
  ],
  [
    'an id twice',
    'duplicate_id',
    () => only(`${U}\n1,true,a,b,c,\n1,true,d,b,c,\n`),
    /users\.csv:3.*line 2/,
  ],
  [
    'a username twice',
    'duplicate_username',
    () => only(`${U}\n1,true,a,b,c,\n2,true,A,b,c,\n`),
    /users\.csv:2 too/,
  ],
  [
    'a delta row without status',
    'missing_value',
    () =>
      zipOf({
        'manifest.csv': manifest({ users: 'delta' }),
        'users.csv': `${U},status\n1,true,a,b,c,,\n`,
      }),
    /status/,
  ],
  [
    'an enrollment twice',
    'duplicate_enrollment',
    () => withFile({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c1,o1,s1,student\r\n` }),
    /line 3/,
  ],
  [
    'an enrollment of nobody',
    'orphan',
    () => withFile({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c1,o1,s7,student\r\n` }),
    /enrollments\.csv:5, userSourcedId: "s7"/,
  ],
  [
    'an enrollment in no class',
    'orphan',
    () => withFile({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c7,o1,s1,student\r\n` }),
    /"c7" is no row of classes\.csv/,
  ],
  [
    'a class of no course',
    'orphan',
    () => withFile({ 'classes.csv': GOOD['classes.csv'].replace(',k1,', ',k7,') }),
    /"k7" is no row of courses\.csv/,
  ],
];

/** One bit in the last packed bytes of users.csv, before its data descriptor. */
function damagedContent(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  const at = copy.indexOf('roles.csv') - 30 - 16 - 4;
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

t.test('bad rosters', async (t) => {
  for (const [name, code, make, detail] of BAD) {
    const { errors } = await refusalOf(await make());
    t.equal(errors[0]?.code, code, `${name}: ${errors[0]?.detail}`);
    t.match(errors[0]?.detail, detail, name);
  }
});

t.test('all mistakes at once, and how many there are', async (t) => {
  const rows = Array.from({ length: 250 }, (_, n) => `${n},true,u${n},=b,c,`);
  const { errors, errorsTotal } = await refusalOf(await only(table(U, rows)));
  t.equal(errors.length, 100);
  t.equal(errorsTotal, 250);
  t.match(errors[99], { file: 'users.csv', line: 101, column: 'givenName', code: 'formula_cell' });
});

t.test('the event loop goes on while 100,000 rows are read', async (t) => {
  const rows = Array.from({ length: 100_000 }, (_, n) => `${n},true,u${n},b,c,`);
  const zip = await only(table(U, rows));
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
