import t from 'tap';
import { type BadRoster, GOOD, refuses, zipWith } from './test-roster-reader.ts';
import { ALL_BULK, manifest, zipOf } from './test-rosters.ts';

/** A zip whose names were changed afterwards, which no decent program writes. */
function renamed(zip: Buffer, from: string, to: string): Buffer {
  return Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');
}

const BAD: readonly BadRoster[] = [
  ['not a zip', 'not_a_zip', async () => Buffer.from('PK but not really'), /Zip the CSV/],
  ['cut off', 'not_a_zip', async () => (await zipOf(GOOD)).subarray(0, 400), /Zip the CSV/],
  [
    '../',
    'unsafe_name',
    async () => renamed(await zipWith({ 'aa_x.csv': 'x' }), 'aa_x.csv', '../x.csv'),
    /without paths/,
  ],
  [
    'absolute',
    'unsafe_name',
    async () => renamed(await zipWith({ 'aax.csv': 'x' }), 'aax.csv', '/ax.csv'),
    /without paths/,
  ],
  ['control characters', 'unsafe_name', () => zipWith({ 'a\u0001.csv': 'x' }), /Rename/],
  ['a folder', 'nested_folder', () => zipWith({ 'roster/a.csv': 'x' }), /root of the zip/],
  ['a zip in the zip', 'nested_zip', () => zipWith({ 'more.zip': 'x' }), /one zip/],
  [
    'a name twice',
    'duplicate_file',
    async () => renamed(await zipWith({ 'users.cs_': 'x' }), 'users.cs_', 'users.csv'),
    /twice/,
  ],
  [
    'a bomb',
    'zip_bomb',
    () => zipWith({ 'orgs.csv': Buffer.alloc(4_000_000) }),
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
    () => zipWith({ 'manifest.csv': manifest(ALL_BULK, '2.0') }),
    /1\.1 and 1\.2/,
  ],
  [
    'a file that is not there',
    'manifest_mismatch',
    () => zipWith({ 'manifest.csv': manifest({ ...ALL_BULK, orgs: 'bulk' }) }),
    /orgs\.csv is bulk/,
  ],
  [
    'a file that should not be there',
    'manifest_mismatch',
    () => zipWith({ 'manifest.csv': manifest({ ...ALL_BULK, users: 'absent' }) }),
    /users\.csv is absent/,
  ],
  [
    'a file that is not named',
    'manifest_mismatch',
    () => zipWith({ 'orgs.csv': 'x' }),
    /does not name orgs\.csv/,
  ],
  ['an unknown file', 'unknown_file', () => zipWith({ 'people.csv': 'x' }), /Take it out/],
  ['a file in capitals', 'unknown_file', () => zipWith({ 'Orgs.csv': 'x' }), /Name it orgs\.csv/],
];

/** One bit in the last packed bytes of users.csv, before its data descriptor. */
function damagedContent(zip: Buffer): Buffer {
  const copy = Buffer.from(zip);
  const at = copy.indexOf('roles.csv') - 30 - 16 - 4;
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

t.test('bad zips and manifests', (t) => refuses(t, BAD));
