import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { FolderInUse } from './errors.ts';
import { lockFolder } from './folder-lock.ts';

const HOLDER = `
  import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
  lockFolder(process.argv[1]);
  process.stdout.write('locked');
  setInterval(() => globalThis.gc(), 10);
`;

t.test('one holder at a time, in one process', (t) => {
  const folder = t.testdir();
  const lock = lockFolder(folder);
  t.throws(() => lockFolder(folder), FolderInUse);
  lock.release();
  lockFolder(folder).release();
  t.end();
});

t.test('makes the folder', (t) => {
  lockFolder(`${t.testdir()}/a/b`).release();
  t.end();
});

t.test('another process holds it until it dies', async (t) => {
  const folder = t.testdir();
  const holder = spawn(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '-e',
    HOLDER,
    folder,
  ]);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  // A lock that its holder does not keep must not be collected, and so be gone.
  await sleep(100);
  t.throws(() => lockFolder(folder), { name: 'FolderInUse', message: /in use by another process/ });
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  lockFolder(folder).release();
});
