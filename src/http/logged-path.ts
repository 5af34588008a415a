/** A path as logs may have it: the address of a calendar feed is its token. */
export function loggedPath(path: string): string {
  return path.startsWith('/v1/feeds/') ? '/v1/feeds/…' : path;
}
