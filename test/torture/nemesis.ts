import { setTimeout as sleep } from 'node:timers/promises';
import { removeNode, startNewNode, untilVoter } from '../fixtures/change-members.ts';
import type { Draws } from '../simulation/randomness.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';

/** One thing that goes wrong; resolves when it is over and repaired. */
interface Fault {
  readonly name: string;
  strike(net: ProxiedCluster, random: Draws): Promise<void>;
}

/** How long a fault lasts, ms: longer than an election takes, some of them longer than two. */
const lengths = [200, 700, 1500, 3000];
/** An idle node may not meet its failing disk at all. */
const failureLimitMs = 3_000;
const firstNewcomer = 100;
let newcomers = 0;

const FAULTS: readonly Fault[] = [
  {
    name: 'kill the leader',
    async strike({ cluster }, random) {
      const leader = await cluster.leader();
      await cluster.kill(leader);
      await sleep(random.pick(lengths));
      await cluster.restart(leader);
    },
  },
  {
    name: 'kill anyone',
    async strike({ cluster }, random) {
      const id = random.pick(cluster.ids);
      await cluster.kill(id);
      await sleep(random.pick(lengths));
      await cluster.restart(id);
    },
  },
  {
    name: 'kill everyone',
    async strike({ cluster }) {
      await Promise.all(cluster.ids.map((id) => cluster.kill(id)));
      await cluster.startAll();
    },
  },
  {
    name: 'stop the leader in its tracks',
    async strike({ cluster }, random) {
      const leader = await cluster.leader();
      cluster.pause(leader);
      await sleep(random.pick(lengths));
      cluster.resume(leader);
    },
  },
  {
    name: 'cut the leader off',
    async strike(net, random) {
      const leader = await net.cluster.leader();
      for (const id of net.cluster.ids) if (id !== leader) net.cut(leader, id);
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
  {
    name: 'break the connections of anyone',
    async strike(net, random) {
      const one = random.pick(net.cluster.ids);
      for (const id of net.cluster.ids) if (id !== one) net.sever(one, id);
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
  {
    name: 'the leader is not heard',
    async strike(net, random) {
      const leader = await net.cluster.leader();
      for (const id of net.cluster.ids) if (id !== leader) net.muteOneWay(leader, id);
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
  {
    name: 'the leader does not hear',
    async strike(net, random) {
      const leader = await net.cluster.leader();
      for (const id of net.cluster.ids) if (id !== leader) net.muteOneWay(id, leader);
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
  {
    name: 'one pair cannot speak',
    async strike(net, random) {
      const [a = '', b = ''] = random.subset(net.cluster.ids, 2);
      net.cut(a, b);
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
  {
    name: 'the disk of the leader is low',
    async strike(net, random) {
      const leader = await net.cluster.leader();
      net.disk(leader, { free_bytes: net.cluster.file.disk.reserve_bytes - 1 });
      await sleep(random.pick(lengths));
      net.disk(leader, {});
    },
  },
  {
    name: 'the disk of anyone is full',
    async strike(net, random) {
      const id = random.pick(net.cluster.ids);
      net.disk(id, { free_bytes: 0, create: 'ENOSPC' });
      await sleep(random.pick(lengths));
      net.disk(id, {});
    },
  },
  {
    name: 'the disk of the leader hangs',
    async strike(net, random) {
      const leader = await net.cluster.leader();
      net.disk(leader, { stall_ms: random.pick(lengths) });
      await sleep(random.pick(lengths));
      net.disk(leader, {});
    },
  },
  {
    name: 'the disk of anyone fails',
    async strike(net, random) {
      const { cluster } = net;
      const id = random.pick(cluster.ids);
      net.disk(id, { fsync: 'EIO' });
      await Promise.race([cluster.process(id).exited, sleep(failureLimitMs)]);
      net.disk(id, {});
      await cluster.kill(id);
      await cluster.restart(id);
    },
  },
  {
    name: 'a member comes and goes, and the leader dies meanwhile',
    async strike({ cluster }) {
      newcomers += 1;
      const id = `n${firstNewcomer + newcomers}`;
      await startNewNode(cluster, id);
      const leader = await cluster.leader();
      await cluster.kill(leader);
      await untilVoter(cluster, id);
      await cluster.restart(leader);
      await removeNode(cluster, id);
    },
  },
  {
    name: 'a slow network',
    async strike(net, random) {
      net.slow(random.pick([20, 80, 200]));
      await sleep(random.pick(lengths));
      net.heal();
    },
  },
];

/** Lets one thing after another go wrong until `until` fires; every one is repaired at the end. */
export async function rage(
  net: ProxiedCluster,
  random: Draws,
  until: AbortSignal,
  report: (fault: string) => void,
): Promise<void> {
  let round: Fault[] = [];
  while (!until.aborted) {
    // Each comes once before any comes again.
    if (round.length === 0) round = random.subset(FAULTS, FAULTS.length);
    const fault = round.pop() as Fault;
    report(fault.name);
    await fault.strike(net, random);
    await sleep(random.pick([0, 300, 1000]));
  }
}
