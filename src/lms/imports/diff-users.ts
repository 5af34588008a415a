import type { Fields, ImportChange } from '../commands/import-change.ts';
import type { FileErrors } from './file-error.ts';
import type { FoundRows, FoundUser } from './found-rows.ts';
import type { RosterUser } from './roster.ts';

/** What becomes of a row: a change, nothing, or it is left out. */
export type Verdict = ImportChange | 'unchanged' | 'skipped';

/** @param idOf the id that a new user of this roster has, the same whenever it is asked for */
export function diffUser(
  user: RosterUser,
  found: FoundRows,
  idOf: (externalId: string) => string,
  errors: FileErrors,
): Verdict {
  const objectId = found.objectOf('user', user.external_id);
  const known = objectId === null ? undefined : found.user(objectId);
  if (user.removed) return known === undefined ? 'unchanged' : removeUser(known, user);
  if (objectId !== null && (known === undefined || known.deleted_at !== null)) return 'skipped';
  const named = found.userByKey(user.username_key);
  if (named !== undefined && (named.deleted_at !== null || (known && named.id !== known.id))) {
    const [file = '', line] = user.place.split(':');
    const place = { file, line: Number(line), column: 'username' };
    errors.add(
      'username_taken',
      place,
      `"${user.username}" belongs, or belonged, to another account here. Names are not given twice: choose another.`,
    );
    return 'skipped';
  }
  const row = known ?? named;
  if (row === undefined) return createUser(user, idOf(user.external_id));
  const back = found.wasRemovedByImport('user', user.external_id, row.version);
  return updateUser(row, user, { adds_link: objectId === null, mayReactivate: back });
}

function createUser(user: RosterUser, id: string): ImportChange {
  const { username, username_key, display_name, email = null, site_role, status } = user;
  return {
    kind: 'user',
    operation: 'create',
    external_id: user.external_id,
    object_id: id,
    place: user.place,
    label: `${display_name} (${username})`,
    adds_link: true,
    expected_version: null,
    fields: {
      username,
      username_key,
      display_name,
      email,
      site_role: site_role ?? 'student',
      status,
    },
    before: null,
  };
}

/** Administrators are linked, never changed: a roster must not take the site away from them. */
function updateUser(
  row: FoundUser,
  user: RosterUser,
  { adds_link, mayReactivate }: { adds_link: boolean; mayReactivate: boolean },
): Verdict {
  const wanted: Record<string, string | null> =
    row.site_role === 'admin'
      ? {}
      : {
          username: user.username,
          username_key: user.username_key,
          display_name: user.display_name,
          ...(user.email !== undefined && { email: user.email }),
          ...(user.site_role !== null && { site_role: user.site_role }),
          ...((user.status === 'suspended' || mayReactivate) && { status: user.status }),
        };
  const fields = changed(row as unknown as Fields, wanted);
  if (fields === null && !adds_link) return 'unchanged';
  return {
    kind: 'user',
    operation: fields === null ? 'link' : 'update',
    external_id: user.external_id,
    object_id: row.id,
    place: user.place,
    label: `${row.display_name} (${row.username})`,
    adds_link,
    expected_version: row.version,
    fields: fields ?? {},
    before: pick(row as unknown as Fields, fields ?? {}),
  };
}

/** Suspended, never deleted: what they handed in and were graded for stays. */
export function removeUser(
  row: FoundUser,
  { external_id, place }: { external_id: string; place: string | null },
): Verdict {
  const isGone = row.deleted_at !== null || row.status !== 'active';
  if (isGone || row.site_role === 'admin') return 'unchanged';
  return {
    kind: 'user',
    operation: 'remove',
    external_id,
    object_id: row.id,
    place,
    label: `${row.display_name} (${row.username})`,
    adds_link: false,
    expected_version: row.version,
    fields: { status: 'suspended' },
    before: { status: row.status },
  };
}

/** The wanted values that the row does not have; `null`: it has all of them. */
export function changed(row: Fields, wanted: Fields): Fields | null {
  const entries = Object.entries(wanted).filter(([column, value]) => row[column] !== value);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

export function pick(row: Fields, like: Fields): Fields {
  return Object.fromEntries(Object.keys(like).map((column) => [column, row[column] ?? null]));
}
