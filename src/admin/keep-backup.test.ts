import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { backupDigest } from '../backup-file.ts';
import { TestMachine } from '../lms/test-machine.ts';
import { keepBackup } from './keep-backup.ts';

async function setup(t: Test) {
  const folder = t.testdir({ out: {}, 'made.db': '' });
  const machine = new TestMachine(join(folder, 'made.db'));
  machine.addUser('usr_1', 'admin');
  const state = join(folder, 'state');
  await machine.machine.writeSnapshot(state);
  machine.close();
  const write = (file: string) => writeFile(file, readFileSync(state));
  return { out: join(folder, 'out'), sha256: await backupDigest(state), write };
}

t.test('a sound file gets its name, in a folder or as it is told', async (t) => {
  const { out, sha256, write } = await setup(t);
  const kept = await keepBackup(out, 'c1-1.sqlite3', write, sha256);
  t.match(kept, { path: join(out, 'c1-1.sqlite3'), index: 1, term: 1, sha256, files: [] });
  t.equal(kept.size_bytes, statSync(kept.path).size);
  t.equal(statSync(kept.path).mode & 0o777, 0o600);
  const told = join(out, 'last.sqlite3');
  t.equal((await keepBackup(told, 'c1-1.sqlite3', write)).path, told);
  t.same(readdirSync(out).sort(), ['c1-1.sqlite3', 'last.sqlite3']);
});

t.test('whatever goes wrong leaves nothing, and what was there before', async (t) => {
  const { out, sha256, write } = await setup(t);
  const path = join(out, 'last.sqlite3');
  writeFileSync(path, 'the one before');
  writeFileSync(`${path}.part`, 'of a run that was killed');
  const more = (file: string) => write(file).then(() => appendFile(file, 'more'));
  const cases: [(file: string) => Promise<void>, string | undefined, RegExp][] = [
    [more, sha256, /not those that the node meant to send/],
    [(file) => appendFile(file, 'no database'), undefined, /no good backup.*not a database/],
    [() => Promise.resolve(), undefined, /no good backup/],
    [() => Promise.reject(new Error('broke off')), undefined, /broke off/],
  ];
  for (const [how, wanted, message] of cases) {
    await t.rejects(keepBackup(path, '', how, wanted), { message });
    t.same(readdirSync(out), ['last.sqlite3']);
    t.equal(readFileSync(path, 'utf8'), 'the one before');
  }
  await keepBackup(path, '', write, sha256);
  t.equal(await backupDigest(path), sha256);
});

t.test('a place that cannot be written is one line', async (t) => {
  const { out, write } = await setup(t);
  const nowhere = join(out, 'not', 'there.sqlite3');
  await t.rejects(keepBackup(nowhere, '', write), {
    name: 'OperatorError',
    message: /there\.sqlite3\.part cannot be written.*correct --out/,
  });
});
