import t from 'tap';
import { makeDemo } from '../../src/demo/make-demo.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { shellBlocksOf } from '../fixtures/guide-lines.ts';
import { Shell } from '../fixtures/shell.ts';

t.setTimeout(120_000);

t.test('docs/GRADING.md, line by line', async (t) => {
  const cluster = await TestCluster.start(t, {
    nodes: 1,
    env: { LMS_ADMIN_PASSWORD: 'pass123' },
  });
  await makeDemo(cluster.api('n1'));
  const shell = new Shell();
  t.teardown(() => shell.close());
  await shell.run(`cd ${t.testdir()}`);
  const outputs: string[] = [];
  for (const block of shellBlocksOf('docs/GRADING.md')) {
    const moved = block.replace('http://127.0.0.1:8001', cluster.api('n1'));
    outputs.push(await shell.run(`set -e\n${moved}\nset +e`));
  }
  const [, posted = '', zero = '', regraded = '', book = '', imported = '', end = ''] = outputs;
  t.equal(outputs.length, 7);
  t.match(posted, /"posted":1/);
  t.match(zero, /"attempt":0/);
  t.match(regraded, /"points":9\.5/);
  t.match(book, /student_id,username,display_name,base_index,Essay \(10\) \[asg_/);
  t.match(imported, /"dry_run":true,"change_count":2,.*"dry_run":false,"change_count":2,/s);
  t.match(end, /"supposed":\{"current_percent":98\.75,/);
});
