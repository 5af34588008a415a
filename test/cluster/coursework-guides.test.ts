import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { makeClassroom } from '../fixtures/classroom.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { Shell } from '../fixtures/shell.ts';

/** What the guides say can be typed. */
t.setTimeout(120_000);

const LMS = fileURLToPath(new URL('../../src/cli/lms.ts', import.meta.url));

function shellBlocks(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, code = '']) => code);
}

/** A shell in a folder of its own, at which the addresses of the guides are those of the cluster. */
function shellAt(t: Test, cluster: TestCluster) {
  const shell = new Shell();
  t.teardown(() => shell.close());
  const [first = '', second = first] = cluster.ids;
  const type = (text: string) =>
    shell.run(
      text
        .replaceAll('http://127.0.0.1:8001', cluster.api(first))
        .replaceAll('http://127.0.0.1:8002', cluster.api(second))
        .replaceAll('npx lms ', `${process.execPath} ${LMS} `),
    );
  return { type, json: async (text: string) => JSON.parse(await type(text)) };
}

t.test('docs/RECEIPTS.md', async (t) => {
  const cluster = await TestCluster.start(t);
  const { assignment, students } = await makeClassroom(cluster, 1);
  const { type, json } = shellAt(t, cluster);
  await type(`cd ${t.testdir()}; ASSIGNMENT=${assignment}; TOKEN=${students[0]}`);
  const [handIn = '', again = '', check = '', ask = '', ...others] =
    shellBlocks('docs/RECEIPTS.md');
  t.same(others, [], 'every block is typed here');

  await type(handIn);
  const answer = await json('cat answer.json');
  await type(`RECEIPT=${answer.attempt.receipt_id}; JWS=${answer.receipt}`);
  t.match(await json(again), { receipt: answer.receipt });
  t.match(await type(check), /The receipt is good/);
  t.match(await json(ask), { valid: true, in_log: true });
});

t.test('docs/ASSIGNMENTS.md', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const { course, instructor, students } = await makeClassroom(cluster, 1);
  const me = await cluster.call('n1', 'GET /v1/me', { token: students[0] ?? '' });
  const { type, json } = shellAt(t, cluster);
  await type(`TOKEN=${instructor}; COURSE=${course}; STUDENT=${me.body.id}`);
  const blocks = shellBlocks('docs/ASSIGNMENTS.md');
  const [make = '', change = '', override = '', overrides = '', ask = '', ...others] = blocks;
  t.same(others, [], 'every block is typed here');

  const made = await json(make);
  t.match(made, { version: 1, extra_credit: true, rubric: { criteria: [{ id: 'clarity' }, {}] } });
  await type(`ASSIGNMENT=${made.id}`);
  t.match(await json(change), { version: 2, due_at: '2030-01-15T22:00:00.000Z' });
  t.match(await json(override), {
    due_at: '2030-01-18T22:00:00.000Z',
    effective: { max_attempts: null, lock_at: '2030-01-21T22:00:00.000Z' },
  });
  t.match(await json(overrides), { items: [{ student: { id: me.body.id } }] });
  const [ungraded = '', ofStudent = '', statistics = ''] = ask.split(/^(?=curl)/m);
  t.match(await json(ungraded), { items: [] });
  t.match(await json(ofStudent), { items: [] });
  t.match(await json(statistics), { students: 1, submitted: 0, submission_rate_percent: 0 });
});
