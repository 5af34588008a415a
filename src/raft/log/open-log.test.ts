import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { entryText } from '../../../test/log/log-model.ts';
import { batch, entry, IDENTITY, vote } from '../../../test/log/small-log.ts';
import type { LogStore } from '../ports.ts';
import { FolderInUse, ForeignLog, LogCorruption } from './errors.ts';
import { openLog } from './open-log.ts';
import { segmentName } from './segment-name.ts';

/** Real files, and the worker. */

const limits = { segmentBytes: 64 * 1024, maxGroupBytes: 16 * 1024, idleMarkMs: 1 };

function open(folder: string, options: { node_id?: string; mustExist?: boolean } = {}) {
  const { node_id = IDENTITY.node_id, mustExist = false } = options;
  const logger = pino({ level: 'silent' });
  return openLog({ folder, identity: { ...IDENTITY, node_id }, limits, mustExist, logger });
}

/** Fulfils when `seq` is durable. */
function durable(log: LogStore, seq: number): Promise<void> {
  return new Promise((resolve, reject) => {
    log.onFailure = reject;
    log.onDurable = (upTo) => {
      if (upTo >= seq) resolve();
    };
  });
}

t.test('what was appended is there after closing and opening', async (t) => {
  const folder = join(t.testdir(), 'data', 'wal');
  const log = await open(folder);
  t.match(log.recovered, { last_index: 0, hard_state: { term: 0, voted_for: null } });
  const written = durable(log, 40);
  for (let seq = 1; seq <= 40; seq += 1)
    log.append({ ...batch(vote(seq, 'n1'), entry(seq, seq, 5000, seq === 7 ? 2 : 0)), seq });
  const early = log.read(40, 40, 1);
  await written;
  t.same((await early).map(entryText), [entryText(entry(40, 40, 5000))]);
  await log.close();

  const again = await open(folder, { mustExist: true });
  t.match(again.recovered, { last_index: 40, hard_state: { term: 40, voted_for: 'n1' } });
  t.same(again.recovered.configurations.map(entryText), [entryText(entry(7, 7, 5000, 2))]);
  const entries = await again.read(1, 40, 1e9);
  t.same(
    entries.map(entryText),
    Array.from({ length: 40 }, (_, i) => entryText(entry(i + 1, i + 1, 5000, i === 6 ? 2 : 0))),
  );
  t.equal((await again.read(1, 40, 9999)).length, 1);
  await again.close();
});

t.test('close waits for what is queued', async (t) => {
  const folder = t.testdir();
  const log = await open(folder);
  for (let i = 1; i <= 100; i += 1) log.append(batch(null, entry(i, 1)));
  await log.close();
  const again = await open(folder);
  t.equal(again.recovered.last_index, 100);
  await again.close();
});

t.test('a folder is open once', async (t) => {
  const folder = t.testdir();
  const log = await open(folder);
  await t.rejects(open(folder), FolderInUse);
  await log.close();
  await (await open(folder)).close();
});

t.test('refusals say why, and let go of the folder', async (t) => {
  const folder = t.testdir();
  await t.rejects(open(folder, { mustExist: true }), LogCorruption);
  const log = await open(folder);
  const written = durable(log, 1);
  log.append({ ...batch(vote(1, 'n1'), entry(1, 1)), seq: 1 });
  await written;
  await log.close();
  await t.rejects(open(folder, { node_id: 'n2' }), ForeignLog);
  const file = join(folder, segmentName(1));
  const bytes = readFileSync(file);
  bytes[4200]! ^= 1;
  writeFileSync(file, bytes);
  const expected = { name: 'LogCorruption', file, offset: 4096, index: 1, message: /resync/ };
  await t.rejects(open(folder), expected);
  bytes[4200]! ^= 1;
  writeFileSync(file, bytes);
  const again = await open(folder);
  t.equal(again.recovered.last_index, 1);
  await again.close();
});

t.test('an idle log marks its last batch without being closed', async (t) => {
  const folder = t.testdir();
  const log = await open(folder);
  const written = durable(log, 1);
  log.append({ ...batch(null, entry(1, 1)), seq: 1 });
  await written;
  const secondMark = 4096 + 136 + 64;
  while (readFileSync(join(folder, segmentName(1)))[secondMark + 8] !== 3)
    await setImmediatePromise();
  await log.close();
});

t.test('the disk goes away: one failure, nothing durable after it', async (t) => {
  const root = t.testdir({ wal: {} });
  const log = await open(join(root, 'wal'));
  const failures: Error[] = [];
  const failed = new Promise<void>((resolve) => {
    log.onFailure = (error) => {
      failures.push(error);
      resolve();
    };
  });
  let last = 0;
  log.onDurable = (seq) => {
    last = seq;
  };
  renameSync(join(root, 'wal'), join(root, 'gone'));
  // Enough for more segments than there are spares.
  for (let seq = 1; seq <= 60; seq += 1) log.append({ ...batch(null, entry(seq, 1, 8000)), seq });
  await failed;
  t.match(failures, [{ code: 'ENOENT' }]);
  t.ok(last < 60);
  log.append({ ...batch(null, entry(61, 1)), seq: 61 });
  await t.rejects(log.read(1, 1, 1), { code: 'ENOENT' });
  await log.close();
  t.equal(failures.length, 1);
});

t.test('a process killed while it writes: all that it was told is durable is there', async (t) => {
  const folder = t.testdir();
  let before = 0;
  for (let round = 0; round < 4; round += 1) {
    const [, term, index] = await killedWriter(t, folder, 40 + 30 * round);
    const log = await open(folder, { mustExist: true });
    const { hard_state, last_index, terms } = log.recovered;
    t.ok(term! > before, 'it went on from where the last one was');
    t.ok(hard_state.term >= term!, 'the term did not fall back');
    t.equal(hard_state.voted_for, `n${hard_state.term}`);
    const laterTerm = terms.find((run) => run.term > term!);
    const expected = laterTerm === undefined ? index! : laterTerm.first_index - 1;
    t.ok(last_index >= expected && expected >= index! - 3);
    const entries = await log.read(1, last_index, 1e9);
    t.equal(entries.length, last_index);
    for (const { index: i, term: entryTerm, command } of entries)
      if (
        !Buffer.from(command).toString().startsWith(`${i}.${entryTerm};`.slice(0, command.length))
      )
        t.fail(`entry ${i} is another`);
    before = hard_state.term;
    await log.close();
  }
  t.ok(readdirSync(folder).filter((name) => name.endsWith('.log')).length > 1, 'it rotated');
});

/** Seq, term and last index that the writer reported last before it was killed. */
async function killedWriter(t: Test, folder: string, lines: number): Promise<number[]> {
  const script = new URL('../../../test/log/writer-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let last = '';
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    count += 1;
    if (count === lines) child.kill('SIGKILL');
  }
  await exited;
  t.ok(count >= lines);
  return last.split(' ').map(Number);
}

function setImmediatePromise(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
