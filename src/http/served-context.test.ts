import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HonoRequest } from 'hono/request';
import t from 'tap';
import type { ApiEnv, Served } from './env.ts';
import { servedContext } from './served-context.ts';

/** Of the context, by the name that it has everywhere here. */
const MEMBER = /\bc\.(?<member>[a-z]\w*)/g;

t.test('has all that handlers use of a context', (t) => {
  const used = new Set<string>();
  const files = globSync('**/*.ts', { cwd: import.meta.dirname });
  for (const file of files.filter((name) => !name.includes('test'))) {
    const source = readFileSync(join(import.meta.dirname, file), 'utf8');
    for (const { groups } of source.matchAll(MEMBER)) used.add(groups?.member ?? '');
  }
  const request = new HonoRequest(new Request('http://localhost/'));
  const context = servedContext(request, { answer: null } as unknown as ApiEnv['Bindings'] &
    Served);
  t.ok(used.has('json'), 'they are found');
  for (const member of used) t.ok(member in context, `c.${member}`);
  t.end();
});
