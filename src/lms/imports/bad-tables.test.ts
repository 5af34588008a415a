import t from 'tap';
import {
  type BadRoster,
  GOOD,
  refusalOf,
  refuses,
  USERS_HEADER,
  zipOfUsers,
  zipWith,
} from './test-roster-reader.ts';
import { manifest, table, zipOf } from './test-rosters.ts';

const BAD: readonly BadRoster[] = [
  [
    'Latin-1',
    'not_utf8',
    async () =>
      zipOf({
        ...GOOD,
        'users.csv': Buffer.concat([
          Buffer.from(`${USERS_HEADER}\n1,true,a,b,`),
          Buffer.from([0xe9]),
          Buffer.from(',\n'),
        ]),
      }),
    /CSV UTF-8/,
  ],
  [
    'an open quote',
    'not_csv',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,"a,b,c,\n`),
    /users\.csv:1/,
  ],
  ['nothing', 'empty_file', () => zipOfUsers(''), /header/],
  [
    'a header in capitals',
    'header_case',
    () => zipOfUsers(`${USERS_HEADER.replace('username', 'Username')}\n`),
    /users\.csv:1: the column "Username" must be written "username"/,
  ],
  [
    'an unknown column',
    'unknown_column',
    () => zipOfUsers(`${USERS_HEADER},shoeSize\n`),
    /shoeSize/,
  ],
  ['a column twice', 'duplicate_column', () => zipOfUsers(`${USERS_HEADER},email\n`), /twice/],
  [
    'a missing column',
    'missing_column',
    () => zipOfUsers('sourcedId,username\n'),
    /enabledUser, givenName, familyName/,
  ],
  [
    'a missing cell',
    'wrong_cell_count',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,b\n`),
    /users\.csv:2: has 4 cells/,
  ],
  [
    'a missing value',
    'missing_value',
    () => zipOfUsers(`${USERS_HEADER}\n,true,a,b,c,\n`),
    /users\.csv:2, sourcedId/,
  ],
  [
    'a wrong word',
    'invalid_value',
    () => zipOfUsers(`${USERS_HEADER}\n1,yes,a,b,c,\n`),
    /must be one of: true, false/,
  ],
  [
    'a wrong username',
    'invalid_value',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a b,b,c,\n`),
    /users\.csv:2, username/,
  ],
  [
    'a wrong e-mail',
    'invalid_value',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,b,c,nobody\n`),
    /users\.csv:2, email/,
  ],
  [
    'a long name',
    'too_long',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,${'b'.repeat(300)},c,\n`),
    /Shorten/,
  ],
  [
    'a control character',
    'control_character',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,b\u0007,c,\n`),
    /users\.csv:2, givenName/,
  ],
  [
    'a line break',
    'control_character',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,"b\nb",c,\n`),
    /line break/,
  ],
  [
    'a formula',
    'formula_cell',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,=1+1,c,\n`),
    /users\.csv:2, givenName: begins with "="/,
  ],
  [
    'an id twice',
    'duplicate_id',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,b,c,\n1,true,d,b,c,\n`),
    /users\.csv:3.*line 2/,
  ],
  [
    'a username twice',
    'duplicate_username',
    () => zipOfUsers(`${USERS_HEADER}\n1,true,a,b,c,\n2,true,A,b,c,\n`),
    /users\.csv:2 too/,
  ],
  [
    'a delta row without status',
    'missing_value',
    () =>
      zipOf({
        'manifest.csv': manifest({ users: 'delta' }),
        'users.csv': `${USERS_HEADER},status\n1,true,a,b,c,,\n`,
      }),
    /status/,
  ],
  [
    'an enrollment twice',
    'duplicate_enrollment',
    () => zipWith({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c1,o1,s1,student\r\n` }),
    /line 3/,
  ],
  [
    'an enrollment of nobody',
    'orphan',
    () => zipWith({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c1,o1,s7,student\r\n` }),
    /enrollments\.csv:5, userSourcedId: "s7"/,
  ],
  [
    'an enrollment in no class',
    'orphan',
    () => zipWith({ 'enrollments.csv': `${GOOD['enrollments.csv']}x,,,c7,o1,s1,student\r\n` }),
    /"c7" is no row of classes\.csv/,
  ],
  [
    'a class of no course',
    'orphan',
    () => zipWith({ 'classes.csv': GOOD['classes.csv'].replace(',k1,', ',k7,') }),
    /"k7" is no row of courses\.csv/,
  ],
];

t.test('bad tables, rows and cells', (t) => refuses(t, BAD));

t.test('all mistakes at once, and how many there are', async (t) => {
  const rows = Array.from({ length: 250 }, (_, n) => `${n},true,u${n},=b,c,`);
  const { errors, errorsTotal } = await refusalOf(await zipOfUsers(table(USERS_HEADER, rows)));
  t.equal(errors.length, 100);
  t.equal(errorsTotal, 250);
  t.match(errors[99], { file: 'users.csv', line: 101, column: 'givenName', code: 'formula_cell' });
});
