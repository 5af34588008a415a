import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Test } from 'tap';

/**
 * The state as an older program left it, in a file of its own. `old-states/` has a course with all kinds of work,
 * by ids of tests and by real ones, in the schema of that number.
 */
export function oldState(t: Pick<Test, 'testdir'>, schema: 22): string {
  const name = `schema-${String(schema).padStart(3, '0')}.db`;
  const packed = readFileSync(new URL(`./old-states/${name}.gz`, import.meta.url));
  const path = join(t.testdir(), name);
  writeFileSync(path, gunzipSync(packed));
  return path;
}
