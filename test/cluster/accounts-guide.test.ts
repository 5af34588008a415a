import { readFileSync } from 'node:fs';
import t from 'tap';
import { makeDemo } from '../../src/demo/make-demo.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { Shell } from '../fixtures/shell.ts';

t.setTimeout(120_000);

/** The pieces of docs/ACCOUNTS.md, by name, in their order. */
function guideSteps(): [name: string, script: string][] {
  const guide = readFileSync('docs/ACCOUNTS.md', 'utf8');
  const steps = guide.matchAll(
    /<!-- accounts: (?<name>[a-z ]+) -->\s*```sh\n(?<code>[\s\S]*?)```/g,
  );
  return [...steps].map(({ groups }) => [groups?.name ?? '', groups?.code ?? '']);
}

t.test('docs/ACCOUNTS.md, line by line', async (t) => {
  const cluster = await TestCluster.start(t, { env: { LMS_ADMIN_PASSWORD: 'pass123' } });
  await makeDemo(cluster.api('n1'));
  const shell = new Shell();
  t.teardown(() => shell.close());
  const outputs = new Map<string, string>();
  for (const [name, script] of guideSteps()) {
    const moved = script.replace('http://127.0.0.1:8001', cluster.api('n1'));
    // Every line must succeed, not the last alone.
    outputs.set(name, await shell.run(`set -e\n${moved}\nset +e`));
  }
  t.same([...outputs.keys()], ['setup', 'refresh', 'token', 'erase', 'audit']);
  t.match(outputs.get('refresh'), /student1/);
  t.match(outputs.get('token'), /write/);
  t.match(outputs.get('erase'), /usr_[0-9a-f]{32}/);
  t.match(outputs.get('audit'), /ERASE_USER,CREATE_USER\s+[0-9a-f]{64}/);
});
