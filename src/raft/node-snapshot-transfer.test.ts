import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import type { MemoryMember } from '../../test/fixtures/memory-raft.ts';
import {
  eventually,
  leaderOf,
  missed,
  propose,
  startThree,
  writeMany,
} from '../../test/fixtures/snapshot-cluster.ts';
import type { InstallSnapshotRequest } from './core/messages.ts';
import { chunkBytes } from './snapshot/limits.ts';

/** Whole nodes in one process: a snapshot on its way breaks off, is changed, or is damaged before it is sent. */

t.test('sending goes on where it broke off, on either side', async (t) => {
  const { network, leader, away, restart } = await startThree(t);
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 1, 60, 100_000);
  await leader.node.snapshot();
  await writeMany(leader, 61, 62);
  const parts: number[] = [];
  let breaks = 2;
  network.onSnapshotPart = ({ offset }: InstallSnapshotRequest) => {
    parts.push(offset);
    if (offset !== breaks * chunkBytes || breaks === 0) return;
    breaks -= 1;
    throw new Error('the connection broke');
  };
  network.heal();
  await eventually(() => away.machine.installs === 1);
  await eventually(() => away.machine.commands.length === 62);
  t.equal(breaks, 1, 'it broke once: after that nothing was sent twice');
  const resumed = parts.slice(parts.indexOf(2 * chunkBytes) + 1);
  t.same(resumed.slice(0, 2), [0, 2 * chunkBytes], 'asked again, and went on');

  // The receiver restarts in the middle.
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 63, 90, 100_000);
  await leader.node.snapshot();
  parts.length = 0;
  const reached = Promise.withResolvers<void>();
  network.onSnapshotPart = ({ offset }) => {
    parts.push(offset);
    if (offset < 3 * chunkBytes) return;
    reached.resolve();
    throw new Error('the connection broke');
  };
  network.heal();
  await reached.promise;
  const again = await restart(away.id);
  parts.length = 0;
  network.onSnapshotPart = ({ offset }) => {
    parts.push(offset);
  };
  await eventually(() => again.machine.commands.length === 90);
  t.ok(
    parts.every((offset) => offset === 0 || offset >= 3 * chunkBytes),
    `${parts}`,
  );
  t.same(again.machine.commands, leader.machine.commands);
});

t.test('bytes that were changed on the way are asked for again', async (t) => {
  const { network, leader, away } = await startThree(t);
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 1, 25, 100_000);
  await leader.node.snapshot();
  await propose(leader, 'more');
  let flips = 3;
  network.onSnapshotPart = ({ data }) => {
    flips -= 1;
    if (flips >= 0) (data as Buffer)[17] = 255 - (data[17] ?? 0);
  };
  network.heal();
  await eventually(() => away.machine.commands.length === 26);
  t.same(away.machine.commands, leader.machine.commands);
});

t.test('a damaged snapshot is not sent: a new one is taken', async (t) => {
  const { network, leader, away, restart, members } = await startThree(t);
  network.isolate(away.id);
  await missed(leader, away);
  await writeMany(leader, 1, 5);
  await leader.node.snapshot();
  const damaged = leader.snapshots.newest;
  const bytes = readFileSync(damaged?.path ?? '');
  bytes[10] = 255 - (bytes[10] ?? 0);
  writeFileSync(damaged?.path ?? '', bytes);
  // In this process it is known to be good; in the next it is looked at.
  await restart(leader.id);
  await eventually(() => leaderOf(members) !== undefined);
  await propose(leaderOf(members) as MemoryMember, 'more');
  network.heal();
  await eventually(() => away.machine.commands.length === 6);
  t.equal(away.fatal, null);
});
