import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { MemoryNetwork } from '../../test/fixtures/memory-network.ts';
import { clusterOf, type MemoryMember, startMembers } from '../../test/fixtures/memory-raft.ts';
import { DiskLowError } from './errors.ts';

const timeoutMs = 10_000;

async function start(t: Test) {
  const members = await startMembers(
    clusterOf(['n1', 'n2', 'n3'], new MemoryNetwork(), t.testdir()),
  );
  t.teardown(() => Promise.all(members.map(({ node }) => node.close())));
  const leader = await until(() => members.find(({ node }) => node.status().role === 'leader'));
  const others = members.filter((member) => member !== leader);
  return { leader, others: others as [MemoryMember, MemoryMember] };
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await sleep(5);
  }
}

function propose({ node }: MemoryMember, text: string): Promise<unknown> {
  return node.propose({ request_id: text, command: Buffer.from(text), timeoutMs });
}

function setDisk({ log }: MemoryMember, low: boolean): void {
  log.diskLow = low;
  log.onDiskLow(low);
}

t.test(
  "the leader's low disk refuses writes, whichever node took them, until it is well",
  async (t) => {
    const { leader, others } = await start(t);
    await propose(leader, 'before');
    setDisk(leader, true);
    for (const member of [leader, ...others]) {
      await t.rejects(propose(member, `at ${member.id}`), {
        code: 'disk_low',
        outcome: 'not_applied',
      });
    }
    await others[0].node.readBarrier(timeoutMs);
    t.same(others[0].machine.commands, ['before'], 'reads go on');
    setDisk(leader, false);
    t.equal(await propose(others[1], 'after'), 2);
  },
);

t.test("a follower's low disk refuses nothing", async (t) => {
  const { leader, others } = await start(t);
  for (const other of others) setDisk(other, true);
  t.equal(await propose(others[0], 'x'), 1);
  t.equal(leader.node.status().disk_low, false);
  t.equal(others[0].node.status().disk_low, true);
});

t.test(
  'a follower whose log waits for room is a slow one: the others go on, it catches up',
  async (t) => {
    const { leader, others } = await start(t);
    const [full, well] = others;
    full.log.stalled = true;
    t.equal(await propose(leader, 'x'), 1);
    t.equal(await propose(well, 'y'), 2);
    t.equal(full.machine.applied.index < leader.machine.applied.index, true);
    t.equal(leader.node.status().role, 'leader');
    full.log.stalled = false;
    full.log.flush();
    await until(() => full.machine.commands.length === 2);
    t.equal(full.fatal, null);
  },
);

t.test('no snapshot is begun on a low disk, and the reason is typed', async (t) => {
  const { leader } = await start(t);
  await propose(leader, 'x');
  setDisk(leader, true);
  await t.rejects(leader.node.snapshot(), DiskLowError);
  setDisk(leader, false);
  t.ok((await leader.node.snapshot()).index > 0);
});
