import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { NOTE_COMMANDS, noteCommand } from '../test/raft-process/note-commands.ts';
import { LmsMachine } from './lms/machine.ts';
import { openMachine } from './open-machine.ts';
import type { RecoveredLog } from './raft/ports.ts';
import { syncAndHash } from './raft/snapshot/durable-file.ts';
import { SnapshotStore } from './raft/snapshot/snapshot-store.ts';

const logger = pino({ level: 'silent' });

function open(file: string): LmsMachine {
  return new LmsMachine(file, NOTE_COMMANDS);
}

function applyUpTo(machine: LmsMachine, last: number): void {
  for (let index = machine.applied.index + 1; index <= last; index += 1) {
    const kind = index === 1 ? 'SETUP' : 'WRITE';
    const command = noteCommand(`c${index}`, kind, `note ${index}`);
    machine.apply([{ index, term: 1, type: 0, command }]);
  }
}

function logOf(base: number, last: number, baseTerm = base === 0 ? 0 : 1): RecoveredLog {
  return {
    hard_state: { term: 1, voted_for: null },
    base: { index: base, term: baseTerm },
    last_index: last,
    terms: last > base ? [{ first_index: base + 1, term: 1 }] : [],
    configurations: [],
  };
}

/** A state applied up to `applied`, and snapshots of the given indexes. */
async function setup(t: Test, applied: number, snapshotIndexes: readonly number[]) {
  const folder = t.testdir();
  const file = join(folder, 'lms.db');
  const snapshots = await SnapshotStore.open(join(folder, 'snapshots'), logger);
  const state = open(file);
  for (const index of snapshotIndexes) {
    const source = open(join(folder, 'source.db'));
    applyUpTo(source, index);
    await source.writeSnapshot(snapshots.takingPath);
    source.close();
    const { size_bytes, sha256 } = await syncAndHash(snapshots.takingPath);
    await snapshots.add(snapshots.takingPath, {
      last_included_index: index,
      last_included_term: 1,
      configuration: { voters: [], voters_outgoing: [], learners: [] },
      configuration_index: 0,
      size_bytes,
      sha256,
    });
    rmSync(join(folder, 'source.db'));
  }
  applyUpTo(state, applied);
  state.close();
  const start = async (log: RecoveredLog): Promise<number> => {
    const machine = await openMachine({ folder, log, snapshots, logger, open });
    t.teardown(() => machine.close());
    return machine.applied.index;
  };
  return { folder, file, snapshots, start };
}

t.test('a state that the log goes on behind is taken as it is', async (t) => {
  const { start } = await setup(t, 8, [6]);
  t.equal(await start(logOf(5, 12)), 8);
});

t.test(
  'a state behind the beginning of the log is made again from the newest snapshot',
  async (t) => {
    const { start, folder } = await setup(t, 3, [6, 9]);
    t.equal(await start(logOf(5, 12)), 9);
    t.notOk(readdirSync(folder).includes('lms.db.new'));
  },
);

t.test('a snapshot that is ahead of the log, or of another history, is not taken', async (t) => {
  const ahead = await setup(t, 3, [6, 20]);
  t.equal(await ahead.start(logOf(5, 12)), 6);
  const other = await setup(t, 3, [6]);
  await t.rejects(other.start(logOf(6, 12, 4)), { name: 'OperatorError', message: /no snapshot/ });
});

t.test('a state that is missing or damaged is made again', async (t) => {
  const missing = await setup(t, 8, [6]);
  rmSync(missing.file);
  t.equal(await missing.start(logOf(0, 12)), 6);
  const damaged = await setup(t, 8, [6]);
  writeFileSync(damaged.file, 'this is no database, and was one');
  t.equal(await damaged.start(logOf(5, 12)), 6);
  t.ok(existsSync(`${damaged.file}.damaged`), 'it is set aside');
});

t.test('a state that was found damaged while the node ran is made again, once', async (t) => {
  const { start, file } = await setup(t, 8, [6]);
  writeFileSync(`${file}.doubted`, 'lms.db is damaged');
  t.equal(await start(logOf(5, 12)), 6);
  t.ok(existsSync(`${file}.damaged`), 'it is set aside');
  t.notOk(existsSync(`${file}.doubted`));
  const none = await setup(t, 8, []);
  writeFileSync(`${none.file}.doubted`, 'lms.db is damaged');
  await t.rejects(none.start(logOf(5, 12)), { name: 'OperatorError', message: /no snapshot/ });
  t.ok(existsSync(`${none.file}.doubted`), 'as long as it could not be');
  t.ok(existsSync(none.file), 'nothing is thrown away');
});

t.test('with a whole log nothing else is needed; without it, it is told what to do', async (t) => {
  const whole = await setup(t, 8, []);
  rmSync(whole.file);
  t.equal(await whole.start(logOf(0, 12)), 0);
  const wholeDamaged = await setup(t, 8, []);
  writeFileSync(wholeDamaged.file, 'this is no database, and was one');
  t.equal(await wholeDamaged.start(logOf(0, 12)), 0);
  const compacted = await setup(t, 3, []);
  await t.rejects(compacted.start(logOf(5, 12)), {
    name: 'OperatorError',
    message: /log begins after entry 5.*new node id/,
  });
});

t.test('members of before the log begins are not believed', async (t) => {
  const { start: without } = await setup(t, 8, [4]);
  await t.rejects(without(logOf(5, 12)), {
    name: 'OperatorError',
    message: /log begins after entry 5.*who the members are.*new node id/,
  });
  const ahead = await setup(t, 8, [4, 10]);
  t.equal(await ahead.start(logOf(5, 12)), 10, 'one that was received and not installed tells');
});

t.test('a damaged snapshot is passed over', async (t) => {
  const { start, snapshots } = await setup(t, 3, [6, 9]);
  const { newest } = snapshots;
  if (newest === null) throw new Error('there are two');
  writeFileSync(newest.path, Buffer.alloc(100));
  snapshots.doubt(newest);
  t.equal(await start(logOf(5, 12)), 6);
});

t.test('a state beyond the end of the log: the log has lost something', async (t) => {
  const { start } = await setup(t, 8, [6]);
  await t.rejects(start(logOf(5, 7)), { name: 'OperatorError', message: /ends at entry 7/ });
});

t.test('a state of another history than the log: they do not belong together', async (t) => {
  const { start, file } = await setup(t, 8, [6]);
  const inTheRun = { ...logOf(6, 12), terms: [{ first_index: 7, term: 2 }] };
  const message = /entry 8 of term 1, but the log in .*wal has another entry 8/;
  await t.rejects(start(inTheRun), { name: 'OperatorError', message });
  t.ok(existsSync(file), 'nothing is thrown away');
  const laterTerm = {
    ...logOf(6, 12),
    terms: [
      { first_index: 7, term: 1 },
      { first_index: 9, term: 5 },
    ],
  };
  t.equal(await start(laterTerm), 8, 'the term of the entry counts, not that of the last one');
  const atTheBase = await setup(t, 6, [6]);
  await t.rejects(atTheBase.start(logOf(6, 12, 4)), { message: /has another entry 6/ });
});

t.test('a crash at any step of an installation: the start brings it to its end', async (t) => {
  for (const left of ['staged', 'removed', 'half removed'] as const) {
    const { start, file, snapshots, folder } = await setup(t, 3, [6]);
    copyFileSync(snapshots.newest?.path ?? '', `${file}.new`);
    if (left !== 'staged') rmSync(file);
    if (left === 'half removed') writeFileSync(`${file}-wal`, Buffer.alloc(4096, 7));
    t.equal(await start(logOf(6, 12)), 6, left);
    t.notOk(readdirSync(folder).includes('lms.db.new'));
  }
});

t.test('of another version it is said so, and nothing is changed', async (t) => {
  const folder = t.testdir();
  mkdirSync(join(folder, 'snapshots'));
  const snapshots = await SnapshotStore.open(join(folder, 'snapshots'), logger);
  const refuse = () => {
    throw new Error('it was written by a newer version');
  };
  await t.rejects(openMachine({ folder, log: logOf(0, 0), snapshots, logger, open: refuse }), {
    name: 'OperatorError',
    message: /newer version/,
  });
});
