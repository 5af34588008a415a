import t from 'tap';
import type { MemoryMember } from '../../test/fixtures/memory-raft.ts';
import {
  eventually,
  heldByAll,
  leaderOf,
  missed,
  propose,
  startThree,
  timeoutMs,
  writeMany,
} from '../../test/fixtures/snapshot-cluster.ts';
import { snapshotEntries, snapshotJitter } from './snapshot/limits.ts';

/** Whole nodes in one process: snapshots by hand, a follower far behind, restarts. */

t.test('a snapshot by hand shortens the log, and writes go on', async (t) => {
  const { leader } = await startThree(t);
  await writeMany(leader, 1, 10);
  const { first_log_index: first, applied_index: applied } = leader.node.status();
  t.equal(first, 1);
  await heldByAll(leader);
  const [taken, joined] = await Promise.all([leader.node.snapshot(), leader.node.snapshot()]);
  t.same(joined, taken, 'who asks while one is taken gets that one');
  t.equal(taken.index, applied);
  await eventually(() => leader.node.status().first_log_index > 1);
  t.match(leader.node.status(), { first_log_index: applied + 1, snapshot_index: applied });
  t.same(await leader.node.snapshot(), taken, 'without a new entry it is the same one');
  await writeMany(leader, 11, 20);
  t.equal(leader.machine.commands.length, 20);
});

t.test('a snapshot is taken by itself when the log has grown', async (t) => {
  const { leader, members } = await startThree(t);
  const entries = Math.ceil(snapshotEntries * (1 + snapshotJitter));
  for (let written = 0; written < entries; written += 1000) {
    const batch = Array.from({ length: 1000 }, (_, n) => propose(leader, `${written + n}`));
    await Promise.all(batch);
  }
  await eventually(() =>
    [...members.values()].every(({ node }) => node.status().first_log_index > 1),
  );
  for (const { node } of members.values()) {
    t.ok(node.status().snapshot_index >= snapshotEntries, `${node.status().snapshot_index}`);
  }
});

t.test('a snapshot that cannot be written is told, and costs nothing', async (t) => {
  const { leader } = await startThree(t);
  await writeMany(leader, 1, 5);
  leader.machine.fails = new Error('ENOSPC: no space left on device');
  await t.rejects(leader.node.snapshot(), { message: /ENOSPC/ });
  t.match(leader.node.status(), { first_log_index: 1, snapshot_index: 0 });
  await writeMany(leader, 6, 7);
  leader.machine.fails = null;
  t.equal((await leader.node.snapshot()).index, leader.node.status().applied_index);
  t.equal(leader.fatal, null);
});

t.test('a follower behind the log becomes the snapshot and goes on behind it', async (t) => {
  const { network, leader, away, other } = await startThree(t);
  await propose(leader, 'first');
  await eventually(() => away.machine.commands.length === 1);
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 1, 20);
  const taken = await leader.node.snapshot();
  await writeMany(leader, 21, 25);
  const before = away.machine.replayed.length;
  network.heal();
  await eventually(() => away.machine.commands.length === 26);
  t.equal(away.machine.installs, 1);
  t.same(away.machine.commands, leader.machine.commands);
  t.match(away.node.status(), { first_log_index: taken.index + 1, snapshot_index: taken.index });
  t.ok(
    away.machine.replayed.slice(before).every((index) => index > taken.index),
    'nothing was applied one by one that is in the snapshot',
  );
  t.equal(other.machine.installs, 0);
  await propose(away, 'by the one that was away');
  await away.node.readBarrier(timeoutMs);
  t.equal(away.machine.commands.at(-1), 'by the one that was away');
});

t.test('a node that is closed leaves no snapshot half installed', async (t) => {
  const { network, leader, away } = await startThree(t);
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 1, 5);
  await leader.node.snapshot();
  await propose(leader, 'more');
  const begun = Promise.withResolvers<void>();
  const copied = Promise.withResolvers<void>();
  const { machine } = away;
  const install = machine.installSnapshot;
  machine.installSnapshot = async (path) => {
    begun.resolve();
    await copied.promise;
    await install.call(machine, path);
  };
  network.heal();
  await begun.promise;
  const installs = away.node.close().then(() => machine.installs);
  copied.resolve();
  t.equal(await installs, 1);
});

t.test('a member that answers and is slow keeps what it needs in the log', async (t) => {
  const { leader, away } = await startThree(t);
  await propose(leader, 'first');
  await eventually(() => away.machine.commands.length === 1);
  away.log.stalled = true;
  await writeMany(leader, 1, 20);
  const taken = await leader.node.snapshot();
  await eventually(() => leader.node.status().first_log_index > 1);
  const { first_log_index: first } = leader.node.status();
  t.ok(first < taken.index - 10, `the log begins at ${first}`);
  away.log.stalled = false;
  away.log.flush();
  await eventually(() => away.machine.commands.length === 21);
  t.equal(away.machine.installs, 0);
});

t.test('entries that are compacted away while they are read for a follower', async (t) => {
  const { network, members, away, restart } = await startThree(t);
  network.isolate(away.id);
  const others = [...members.keys()].filter((id) => id !== away.id);
  const [writer = ''] = others;
  await writeMany(members.get(writer) as MemoryMember, 1, 5);
  // After a restart nothing is in memory: the leader reads for its follower from the disk, and nobody for itself.
  for (const id of others) {
    await members.get(id)?.node.readBarrier(timeoutMs);
    const { log } = await restart(id);
    const { read } = log;
    let failures = 1;
    log.read = (from, to) => {
      failures -= 1;
      return failures < 0 ? read.call(log, from, to) : Promise.reject(new RangeError('it is gone'));
    };
  }
  network.heal();
  await eventually(() => away.machine.commands.length === 5);
  for (const { fatal } of members.values()) t.equal(fatal, null);
});

t.test('a restart replays nothing that the state machine holds', async (t) => {
  const { leader, members, restart } = await startThree(t);
  await writeMany(leader, 1, 30);
  await leader.node.snapshot();
  await writeMany(leader, 31, 35);
  const applied = leader.machine.applied.index;
  const counted = leader.machine.replayed.length;
  const again = await restart(leader.id);
  await eventually(() => leaderOf(members) !== undefined);
  await again.node.readBarrier(timeoutMs);
  t.ok(again.machine.replayed.slice(counted).every((index) => index > applied));
  t.same(new Set(again.machine.replayed).size, again.machine.replayed.length, 'each once');
});

t.test('a proposal of a follower is answered although a snapshot took its place', async (t) => {
  const { network, leader, away, other } = await startThree(t);
  // Its way to the leader is open, the leader's way to it is not.
  const waiting = propose(away, 'mine');
  network.isolate(away.id);
  await missed(leader, away);
  await propose(other, 'mine').catch(() => undefined);
  await writeMany(leader, 1, 10);
  await leader.node.snapshot();
  await propose(leader, 'more');
  network.heal();
  t.type(await waiting, 'number');
  t.equal(away.machine.commands.filter((command) => command === 'mine').length, 1);
});
