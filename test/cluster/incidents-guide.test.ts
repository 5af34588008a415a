import { readFileSync } from 'node:fs';
import t from 'tap';
import { makeDemo } from '../../src/demo/make-demo.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { shellBlocksOf } from '../fixtures/guide-lines.ts';
import { Shell } from '../fixtures/shell.ts';

t.setTimeout(200_000);

const GUIDE = 'docs/INCIDENTS.md';

t.test('the lines of the guide to incidents do what it says', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1, env: { LMS_ADMIN_PASSWORD: 'pass123' } });
  await makeDemo(cluster.api('n1'));
  const shell = new Shell();
  t.teardown(() => shell.close());
  const outputs: string[] = [];
  for (const block of shellBlocksOf(GUIDE)) {
    const moved = block.replace('http://127.0.0.1:8001', cluster.api('n1'));
    outputs.push(await shell.run(`set -e\n${moved}\nset +e`));
  }
  const [, incidents = '', , , ended = '', preview = '', applied = '', reverted = ''] = outputs;
  t.match(JSON.parse(incidents), { items: [] });
  t.match(JSON.parse(ended), { ended_at: '2026-11-16T12:30:00.000Z' });
  const moved = { due_before: '2026-11-16T12:00:00.000Z', due_at: '2026-11-17T12:00:00.000Z' };
  t.match(JSON.parse(preview), { adjustment_count: 1, items: [moved] });
  t.match(applied.trim().split('\n').at(-1), moved.due_at);
  t.match(reverted.trim().split('\n').at(-1), moved.due_before);
});

t.test('the policies of the guide can be written', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const token = await cluster.admin();
  const text = readFileSync(GUIDE, 'utf8');
  const policies = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = '']) => json);
  t.equal(policies.length, 2);
  for (const policy of policies) {
    const body = JSON.parse(policy) as object;
    const made = await cluster.call('n1', 'POST /v1/outage-policies', { token, body });
    t.equal(made.status, 201);
  }
});
