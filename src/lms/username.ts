/** In characters after normalising, not bytes. */
export const usernameMaxChars = 64;

/** Letters and digits of any script, and `. _ - @ +` inside; the first is a letter or digit. */
const USERNAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]*$/u;

/**
 * What two usernames are compared by: compatibility forms are one (NFKC), case does not matter.
 * Computed before the log, by the node that takes the request: Unicode tables differ between
 * versions of Node, and `apply` must not.
 */
export function usernameKey(username: string): string {
  return username.normalize('NFKC').toLowerCase().normalize('NFKC');
}

export function isUsername(username: string): boolean {
  const key = usernameKey(username);
  return [...key].length <= usernameMaxChars && USERNAME.test(key);
}
