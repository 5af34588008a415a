import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { removeKeptDamage } from './kept-damage.ts';
import { setStateAside } from './lms/state-file.ts';
import { brokenName } from './raft/log/segment-name.ts';

const SHA256 = 'a'.repeat(64);
const DAY_MS = 24 * 60 * 60 * 1_000;

function setUp(t: Test) {
  const folder = t.testdir();
  const quarantine = join(folder, 'blobs', 'quarantine');
  const wal = join(folder, 'wal');
  const shard = join(folder, 'blobs', 'aa');
  for (const path of [quarantine, shard, wal]) mkdirSync(path, { recursive: true });
  const removed: string[] = [];
  const logger = {
    info: ({ path }: { path: string }) => void removed.push(path),
    warn: () => undefined,
  };
  const removeAfter = async (ms: number) => {
    removed.length = 0;
    await removeKeptDamage(folder, logger as never, Date.now() + ms);
    return removed;
  };
  return { folder, quarantine, shard, wal, removeAfter };
}

t.test('what is damaged goes after 30 days, and nothing else', async (t) => {
  const { folder, quarantine, shard, wal, removeAfter } = setUp(t);
  writeFileSync(join(folder, 'lms.db'), 'damaged');
  const state = setStateAside(join(folder, 'lms.db'));
  const tail = join(wal, brokenName(3, 4096));
  const blob = join(quarantine, `${SHA256}.x`);
  const onlyCopy = `${'b'.repeat(64)}.x`;
  for (const path of [tail, blob, join(quarantine, onlyCopy)]) writeFileSync(path, 'damaged');
  const good = ['lms.db', 'node.json', 'wal/0000000003.log', `blobs/aa/${SHA256}`];
  for (const name of good) writeFileSync(join(folder, name), 'good');
  // The last write of a blob may be years before it is set aside.
  utimesSync(blob, 1, 1);

  t.same(await removeAfter(29 * DAY_MS), []);
  t.same((await removeAfter(30 * DAY_MS + 1_000)).sort(), [blob, state, tail].sort());
  t.same(readdirSync(quarantine), [onlyCopy], 'no other has taken its place');
  t.same(readdirSync(shard), [SHA256]);
  t.same(readdirSync(wal), ['0000000003.log']);
  t.same(readdirSync(folder).sort(), ['blobs', 'lms.db', 'node.json', 'wal']);
});

t.test('of very many the newest ten stay, but all of them for a day', async (t) => {
  const { quarantine, shard, removeAfter } = setUp(t);
  writeFileSync(join(shard, SHA256), 'good');
  const names = Array.from({ length: 13 }, (_, n) => `${SHA256}.${String(n).padStart(2, '0')}`);
  for (const name of names) {
    writeFileSync(join(quarantine, name), 'damaged');
    await sleep(10);
  }
  t.same(await removeAfter(DAY_MS / 2), []);
  t.equal((await removeAfter(DAY_MS + 1_000)).length, 3);
  t.same(readdirSync(quarantine).sort(), names.slice(3));
});

t.test(
  'of a state that is damaged again and again the first ones stay, and the last',
  async (t) => {
    const { folder, removeAfter } = setUp(t);
    const kept = () => readdirSync(folder).filter((name) => name.startsWith('lms.db'));
    for (const damage of ['first', 'second', 'third', 'fourth']) {
      writeFileSync(join(folder, 'lms.db'), damage);
      setStateAside(join(folder, 'lms.db'));
    }
    const texts = kept().map((name) => readFileSync(join(folder, name), 'utf8'));
    t.same(texts.sort(), ['first', 'fourth', 'second']);
    t.same(await removeAfter(29 * DAY_MS), []);
    t.equal((await removeAfter(30 * DAY_MS + 1_000)).length, 3);
    t.same(kept(), []);
  },
);
