import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { MemoryNetwork } from '../../test/fixtures/memory-network.ts';
import { clusterOf, type MemoryMember, startMembers } from '../../test/fixtures/memory-raft.ts';
import { ProposalError, ReadError } from './errors.ts';

const timeoutMs = 10_000;

async function start(t: Test, ids: readonly string[], network = new MemoryNetwork()) {
  const members = await startMembers(clusterOf(ids, network, t.testdir()));
  t.teardown(() => Promise.all(members.map(({ node }) => node.close())));
  return { network, members };
}

async function leaderOf(members: readonly MemoryMember[]): Promise<MemoryMember> {
  for (;;) {
    const leader = members.find(({ node }) => node.status().role === 'leader');
    if (leader !== undefined) return leader;
    await sleep(5);
  }
}

function propose(member: MemoryMember, text: string, within = timeoutMs): Promise<unknown> {
  return member.node.propose({
    request_id: text,
    command: Buffer.from(text),
    timeoutMs: within,
  });
}

t.test('a single node elects itself, applies and reads', async (t) => {
  const { members } = await start(t, ['n1']);
  const [only] = members as [MemoryMember];
  t.equal(await propose(only, 'a'), 1);
  await only.node.readBarrier(timeoutMs);
  t.same(only.machine.commands, ['a']);
});

t.test('every node takes proposals and answers with its own result', async (t) => {
  const { members } = await start(t, ['n1', 'n2', 'n3']);
  const values = await Promise.all(members.map((member) => propose(member, `by ${member.id}`)));
  t.same([...values].sort(), [1, 2, 3]);
  for (const member of members) {
    await member.node.readBarrier(timeoutMs);
    t.equal(member.machine.commands.length, 3, `${member.id} has applied all`);
  }
});

t.test('a proposal outlives its leader and is applied once', async (t) => {
  const { members, network } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const others = members.filter((member) => member !== leader);
  const [other] = others as [MemoryMember];
  await propose(other, 'before');
  network.isolate(leader.id);
  t.equal(await propose(other, 'across'), 2);
  network.heal();
  await leader.node.readBarrier(timeoutMs);
  t.same(leader.machine.commands, ['before', 'across']);
});

t.test('without a majority: no write, no read, and the outcome is told', async (t) => {
  const { members, network } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  await propose(leader, 'a');
  network.isolate(leader.id);
  const write = await propose(leader, 'b', 300).catch((error) => error);
  t.ok(write instanceof ProposalError);
  t.match(write, { code: 'no_quorum', outcome: 'unknown' });
  const read = await leader.node.readBarrier(300).catch((error) => error);
  t.ok(read instanceof ReadError);
  t.same(leader.machine.commands, ['a']);
});

t.test('a proposal that no leader ever had is known not to be applied', async (t) => {
  const ids = ['n1', 'n2', 'n3'];
  const network = new MemoryNetwork();
  for (const id of ids) network.isolate(id);
  const { members } = await start(t, ids, network);
  const [first] = members as [MemoryMember];
  const error = await propose(first, 'never', 50).catch((error) => error);
  t.match(error, { code: 'no_quorum', outcome: 'not_applied' });
});

t.test('nothing is acknowledged while a majority of disks stands still', async (t) => {
  const { members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  await propose(leader, 'a');
  for (const { log } of members) log.stalled = true;
  const error = await propose(leader, 'b', 80).catch((error) => error);
  t.match(error, { code: 'no_quorum', outcome: 'unknown' });
  for (const { log } of members) {
    log.stalled = false;
    log.flush();
  }
  t.ok(await propose(leader, 'b'), 'a retry with the same id gets the result');
  await leader.node.readBarrier(timeoutMs);
  t.equal(leader.machine.commands.filter((command) => command === 'b').length, 1);
});

t.test('the leadership is handed over, and writes go on without an election timeout', async (t) => {
  const { members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  const others = members.filter((member) => member !== leader);
  const [other] = others as [MemoryMember];
  await propose(other, 'before');
  const { term } = leader.node.status();
  const [moved, ...values] = await Promise.all([
    leader.node.transferLeadership(),
    ...members.map((member) => propose(member, `during, by ${member.id}`)),
  ]);
  t.equal(moved, true);
  t.equal(values.length, 3);
  t.not((await leaderOf(members)).id, leader.id);
  t.equal((await leaderOf(members)).node.status().term, term + 1, 'by one election');
});

t.test('a leader whom nobody can follow goes on', async (t) => {
  const { members } = await start(t, ['n1']);
  const [only] = members as [MemoryMember];
  await propose(only, 'a');
  t.equal(await only.node.transferLeadership(), false);
  t.equal(await propose(only, 'b'), 2);
});

t.test('a failed fsync halts the node, the others go on', async (t) => {
  const { members } = await start(t, ['n1', 'n2', 'n3']);
  const leader = await leaderOf(members);
  await propose(leader, 'a');
  leader.log.onFailure(new Error('EIO'));
  t.equal(leader.fatal?.message, 'EIO');
  const [other] = members.filter((member) => member !== leader) as [MemoryMember];
  t.equal(await propose(other, 'b'), 2);
});
