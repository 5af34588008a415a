/** What stands in the place of a name that was erased: it tells people apart and says nothing of them. */
export interface Pseudonym {
  readonly username: string;
  readonly display_name: string;
}

export function pseudonymOf(userId: string): Pseudonym {
  return { username: `erased-${userId}`, display_name: `Erased user ${userId.slice(-6)}` };
}

/** Keys that hold personal data, in an object that has the user's id beside them. */
const NAMES: readonly string[] = ['display_name', 'username', 'username_key', 'email'];

/** A copy in which this user's names are pseudonyms: those in objects that hold the user's id too. */
export function withoutNames(value: unknown, userId: string): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNames(item, userId));
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutNames(member, userId)]),
  );
  return Object.values(value).includes(userId) ? pseudonymised(copy, userId) : copy;
}

/** The fields of a user, with pseudonyms for those that it has. */
export function pseudonymised(fields: object, userId: string): object {
  const { username, display_name } = pseudonymOf(userId);
  const names: Record<string, string | null> = {
    username,
    username_key: username,
    display_name,
    email: null,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      NAMES.includes(key) && value !== null ? names[key] : value,
    ]),
  );
}
