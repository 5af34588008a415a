import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { MemoryNetwork } from '../../test/fixtures/memory-network.ts';
import {
  type Cluster,
  clusterOf,
  type MemoryMember,
  memberOf,
  startJoiner,
  startMember,
  startMembers,
} from '../../test/fixtures/memory-raft.ts';
import type { MemberChange } from './core/member-change.ts';
import { MembershipError } from './errors.ts';
import { snapshotEntries } from './snapshot/limits.ts';

const timeoutMs = 10_000;

async function start(t: Test, ids: readonly string[]) {
  const network = new MemoryNetwork();
  const cluster = clusterOf(ids, network, t.testdir());
  const members = await startMembers(cluster);
  t.teardown(() => Promise.all(members.map(({ node }) => node.close())));
  return { network, cluster, members };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/** Whom all have answered: one whom too few have answered yet refuses changes as unsafe. */
async function leaderOf(members: readonly MemoryMember[]): Promise<MemoryMember> {
  for (;;) {
    const leader = members.find(({ node }) => {
      const { role, members: all } = node.status();
      return role === 'leader' && all.every((one) => one.healthy);
    });
    if (leader !== undefined) return leader;
    await sleep(2);
  }
}

/** Asks whoever leads, again when the leadership moves: asking for the same is safe. */
async function change(members: readonly MemoryMember[], wanted: MemberChange): Promise<void> {
  for (;;) {
    const { node } = await leaderOf(members);
    try {
      await node.changeMembers(wanted, { timeoutMs });
      return;
    } catch (error) {
      if (!(error instanceof MembershipError) || error.code !== 'not_leader') throw error;
    }
  }
}

/** `lms-admin add-node`, then the start of the node, which nobody tells anything more. */
async function join(members: MemoryMember[], cluster: Cluster, id: string): Promise<void> {
  const { node } = await leaderOf(members);
  const asked = { kind: 'add', member: memberOf(id) } as const;
  const { index } = await node.changeMembers(asked, { timeoutMs, until: 'begun' });
  members.push(await startJoiner(cluster, id, index));
  await change(members, asked);
}

function voters(member: MemoryMember): string[] {
  const { members } = member.node.status();
  return members.filter((one) => one.voter).map((one) => one.id);
}

t.test('from three to five and back, every original node replaced, under writes', async (t) => {
  const { cluster, members } = await start(t, ['n1', 'n2', 'n3']);
  await leaderOf(members);
  let over = false;
  let written = 0;
  const writers = [0, 1, 2, 3].map(async (writer) => {
    for (let n = 0; !over; n += 1) {
      const present = members.filter((member) => !member.removed);
      const member = present[(n + writer) % present.length] as MemoryMember;
      const text = `${writer}.${n}`;
      await member.node.propose({ request_id: text, command: Buffer.from(text), timeoutMs });
      written += 1;
    }
  });
  const some = written + 50;
  await until(() => written >= some);
  await join(members, cluster, 'n4');
  await join(members, cluster, 'n5');
  t.same(voters(await leaderOf(members)), ['n1', 'n2', 'n3', 'n4', 'n5']);
  for (const id of ['n1', 'n2', 'n3']) {
    await change(members, { kind: 'remove', id });
    const left = members.find((member) => member.id === id) as MemoryMember;
    await until(() => left.removed);
    const before = written;
    await until(() => written >= before + 50);
  }
  await join(members, cluster, 'n6');
  over = true;
  await Promise.all(writers);
  t.ok(written >= 200);

  const present = members.filter((member) => !member.removed);
  t.same(present.map(({ id }) => id).sort(), ['n4', 'n5', 'n6']);
  for (const member of present) {
    await member.node.readBarrier(timeoutMs);
    t.same(voters(member).sort(), ['n4', 'n5', 'n6'], member.id);
    t.same(member.machine.commands, present[0]?.machine.commands, 'one history');
    t.equal(new Set(member.machine.commands).size, member.machine.commands.length);
    t.equal(member.fatal, null);
  }
  t.ok((present[0]?.machine.commands.length ?? 0) >= written);
});

t.test('a dead node is replaced in one step, and its id is used up', async (t) => {
  const { network, cluster, members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const dead = members.find((member) => member !== leader) as MemoryMember;
  network.isolate(dead.id);
  const replace = { kind: 'replace', id: dead.id, member: memberOf('n4') } as const;
  const { index } = await leader.node.changeMembers(replace, { timeoutMs, until: 'begun' });
  const status = leader.node.status();
  t.match(status.members.at(-1), { id: 'n4', voter: false, replaces: dead.id });
  t.equal(status.configuration_index, index);
  members.push(await startJoiner(cluster, 'n4', index));
  await leader.node.changeMembers(replace, { timeoutMs });
  t.same(voters(leader).includes(dead.id), false);
  t.same(voters(leader).includes('n4'), true);
  await t.rejects(
    leader.node.changeMembers({ kind: 'add', member: memberOf(dead.id) }, { timeoutMs }),
    { name: 'MembershipError', code: 'removed_id' },
  );
});

t.test('who asks for a change is told what became of it', async (t) => {
  const { network, members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const [follower, other] = members.filter((member) => member !== leader) as [
    MemoryMember,
    MemoryMember,
  ];
  const add = { kind: 'add', member: memberOf('n4') } as const;
  const refusal = (member: MemoryMember, wanted: MemberChange) =>
    member.node.changeMembers(wanted, { timeoutMs }).catch((error) => error);
  t.match(await refusal(follower, add), { code: 'not_leader' });
  t.match(await refusal(leader, { kind: 'remove', id: 'n9' }), { code: 'unknown_member' });
  await leader.node.changeMembers(add, { timeoutMs, until: 'begun' });
  const waiting = refusal(leader, add);
  await leader.node.changeMembers({ kind: 'remove', id: 'n4' }, { timeoutMs });
  t.match(await waiting, { code: 'taken_back' });

  await until(() => leader.node.status().members.every((one) => one.healthy));
  network.isolate(other.id);
  await until(() => leader.node.status().members.some((one) => !one.healthy));
  t.match(await refusal(leader, { kind: 'remove', id: follower.id }), { code: 'unsafe' });
  const moved = { ...memberOf(follower.id), raft: 'elsewhere:1' };
  const done = await leader.node.changeMembers({ kind: 'update', member: moved }, { timeoutMs });
  t.equal(done.configuration.voters.find(({ id }) => id === follower.id)?.raft, 'elsewhere:1');
  const never = refusal(leader, { kind: 'add', member: memberOf('n5') });
  leader.node.close();
  t.match(await never, { code: 'closed' });
});

t.test('a leader that removes itself hands over, and nobody waits for an election', async (t) => {
  const { members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const { term } = leader.node.status();
  const others = members.filter((member) => member !== leader);
  await leader.node.changeMembers({ kind: 'remove', id: leader.id }, { timeoutMs });
  const next = await leaderOf(others);
  t.equal(next.node.status().term, term + 1);
  await until(() => leader.removed);
  t.equal(leader.node.status().removed, true);
  t.not(leader.node.status().role, 'leader');
});

t.test('a node joins by a snapshot, and learns from it who was removed before', async (t) => {
  const { cluster, members } = await start(t, ['n1', 'n2', 'n3', 'n4']);
  const leader = await leaderOf(members);
  const gone = members.find((member) => member !== leader) as MemoryMember;
  const leave = { kind: 'remove', id: gone.id } as const;
  const { index: leftAt } = await leader.node.changeMembers(leave, { timeoutMs });
  // A snapshot leaves in the log what somebody lacks who answers, or who has just left.
  for (let n = 1; leader.node.status().first_log_index <= leftAt; n += 1) {
    const text = `before ${n}`;
    await leader.node.propose({ request_id: text, command: Buffer.from(text), timeoutMs });
    await leader.node.snapshot();
  }
  await join(members, cluster, 'n5');
  const joined = members.at(-1) as MemoryMember;
  await joined.node.readBarrier(timeoutMs);
  t.equal(joined.machine.installs, 1, 'by a snapshot');
  t.same(joined.machine.commands, leader.machine.commands);
  t.same(voters(joined).sort(), voters(leader).sort());

  // Also when it leads itself, and never saw the entry that removed the other one.
  await leader.node.transferLeadership('n5');
  await until(() => joined.node.status().role === 'leader');
  await joined.node.readBarrier(timeoutMs);
  await t.rejects(
    joined.node.changeMembers({ kind: 'add', member: memberOf(gone.id) }, { timeoutMs }),
    { code: 'removed_id' },
  );
});

t.test('a node that joins takes no snapshot before it knows who the members are', async (t) => {
  const { cluster, members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  // Nobody else takes one: the whole log is what the new node is sent.
  for (const { machine } of members) machine.fails = new Error('no room');
  for (let written = 0; written < 2 * snapshotEntries; written += 1000) {
    const batch = Array.from({ length: 1000 }, (_, n) => {
      const text = `${written + n}`;
      return leader.node.propose({ request_id: text, command: Buffer.from(text), timeoutMs });
    });
    await Promise.all(batch);
  }
  await join(members, cluster, 'n4');
  const joined = members.at(-1) as MemoryMember;
  await joined.node.readBarrier(timeoutMs);
  await joined.node.propose({ request_id: 'last', command: Buffer.from('last'), timeoutMs });
  await until(() => joined.snapshots.newest !== null);
  const named = joined.snapshots.newest?.configuration.voters.map(({ id }) => id);
  t.same(named?.sort(), ['n1', 'n2', 'n3', 'n4']);
});

t.test('after a restart the members are those of the log, for the transport too', async (t) => {
  const { cluster, network, members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const gone = members.find((member) => member !== leader) as MemoryMember;
  await leader.node.changeMembers({ kind: 'remove', id: gone.id }, { timeoutMs });
  const { id, log, machine } = leader;
  await leader.node.close();
  const again = await startMember(cluster, id, { image: log.image, machine });
  members.push(again);
  const expected = ['n1', 'n2', 'n3'].filter((one) => one !== gone.id);
  t.same(voters(again).sort(), expected);
  const told = network.port(id, id)?.members;
  t.same(told?.voters.map((one) => one.id).sort(), expected);
  t.same(told?.removed, [gone.id]);
});

t.test('without the snapshot behind which its log begins a node does not start', async (t) => {
  const { cluster, members } = await start(t, ['n1', 'n2', 'n3']);
  await join(members, cluster, 'n4');
  const leader = await leaderOf(members);
  const { configuration_index: since } = leader.node.status();
  for (let n = 1; leader.node.status().first_log_index <= since; n += 1) {
    const text = `before ${n}`;
    await leader.node.propose({ request_id: text, command: Buffer.from(text), timeoutMs });
    await leader.node.snapshot();
  }
  const { id, log, machine } = leader;
  await leader.node.close();
  rmSync(`${cluster.folder}/${id}`, { recursive: true });
  const again = startMember(cluster, id, { image: log.image, machine });
  await t.rejects(again, { message: /no snapshot tells who the members were/ });
});

t.test('who is told by a majority that it was removed believes it, by one alone not', async (t) => {
  const { network, members } = await start(t, ['n1', 'n2', 'n3']);
  const [, , away] = members as [MemoryMember, MemoryMember, MemoryMember];
  const port = network.port('n1', 'n3');
  port?.onToldRemoved('n1');
  port?.onToldRemoved('n1');
  await sleep(0);
  t.equal(away.removed, false);
  port?.onReachable('n1', true);
  port?.onToldRemoved('n2');
  await sleep(0);
  t.equal(away.removed, false, 'the other one speaks with it again');
  port?.onToldRemoved('n1');
  await until(() => away.removed);
  t.equal(away.node.status().removed, true);
});
