import type { Test } from 'tap';
import { type FileErrorCode, RosterRefused } from './file-error.ts';
import { RosterReader } from './roster-reader.ts';
import { manifest, rosterFiles, zipOf } from './test-rosters.ts';

export const GOOD = rosterFiles({ students: ['s1', 's2'] });

/** The good roster with other files, or more of them. */
export function zipWith(changes: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  return zipOf({ ...GOOD, ...changes });
}

export const USERS_HEADER = 'sourcedId,enabledUser,username,givenName,familyName,email';

/** A roster of this `users.csv` alone. */
export function zipOfUsers(users: string): Promise<Buffer> {
  return zipOf({ 'manifest.csv': manifest({ users: 'bulk' }), 'users.csv': users });
}

export async function readRoster(bytes: Uint8Array) {
  const reader = await RosterReader.open({ bytes, mode: 'delta' });
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

export async function refusalOf(bytes: Uint8Array): Promise<RosterRefused> {
  const error: unknown = await readRoster(bytes).catch((thrown) => thrown);
  if (error instanceof RosterRefused) return error;
  throw new Error(`was not refused: ${error}`);
}

/** `code` and `detail` are of the first mistake that is told. */
export type BadRoster = readonly [
  name: string,
  code: FileErrorCode,
  make: () => Promise<Uint8Array>,
  detail: RegExp,
];

export async function refuses(t: Test, rosters: readonly BadRoster[]): Promise<void> {
  for (const [name, code, make, detail] of rosters) {
    const { errors } = await refusalOf(await make());
    t.equal(errors[0]?.code, code, `${name}: ${errors[0]?.detail}`);
    t.match(errors[0]?.detail, detail, name);
  }
}
