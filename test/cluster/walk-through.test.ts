import t from 'tap';
import { makeDemo } from '../../src/demo/make-demo.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { walkThroughSteps } from '../fixtures/readme-steps.ts';
import { Shell } from '../fixtures/shell.ts';

t.setTimeout(200_000);

/** Between every two steps of the README the leader is killed, and the next step uses another node. */
t.test("the README's walk-through, without its leaders", async (t) => {
  const cluster = await TestCluster.start(t, { env: { LMS_ADMIN_PASSWORD: 'pass123' } });
  await makeDemo(cluster.api('n1'));
  const shell = new Shell();
  t.teardown(() => shell.close());
  const steps = walkThroughSteps();
  t.equal(steps.length, 8);

  let dead: string | null = null;
  const outputs: string[] = [];
  for (const step of steps) {
    if (dead !== null) await cluster.restart(dead);
    const leader = await cluster.leader();
    if (outputs.length > 0) await cluster.kill(leader);
    dead = outputs.length > 0 ? leader : null;
    const [survivor = ''] = cluster.running;
    const moved = step.replace('http://127.0.0.1:8001', cluster.api(survivor));
    t.comment(`through ${survivor}, ${dead ?? 'nobody'} killed: ${step.split('\n')[0]}`);
    outputs.push(await shell.run(`API=${cluster.api(survivor)}\n${moved}`));
  }

  const [, , , , , grade = '', points = '', answer = ''] = outputs;
  t.match(JSON.parse(grade), { points: 87.5, state: 'posted', version: 1 });
  t.equal(points.trim(), '87.5');
  t.match(answer, /An introduction to consensus, page \d+: /);
  t.match(answer, /disk/);
});
