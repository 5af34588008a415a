import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';

t.setTimeout(180_000);

t.test('npm run example:term', async (t) => {
  const run = promisify(execFile);
  // Rejects, with what it printed, when the exit code is not 0.
  const { stdout } = await run(process.execPath, ['examples/term/term.ts']);
  t.match(stdout, /^roster {4}imported: 30 students/);
  t.match(stdout, /the leader was killed \(-9\)/);
  t.match(stdout, /gradebook 306 values of the JSON compared with the model/);
  t.match(stdout, /gradebook 152 values of the CSV compared with the model/);
  t.match(stdout, /export {4}31 people, 59 submissions/);
});
