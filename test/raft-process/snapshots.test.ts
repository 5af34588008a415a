import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { createClusterKeys } from '../../src/pki/create-cluster-keys.ts';
import { chunkBytes } from '../../src/raft/snapshot/limits.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { until } from '../fixtures/until.ts';
import { NodeChild } from './node-child.ts';
import type { NodePlan } from './node-program.ts';

/** Nodes of their own processes with real logs, sockets and state, killed while a snapshot comes. */

t.setTimeout(300_000);

/** All of them take minutes: every fourth one, unless asked. */
const everyOperation = process.env.EVERY_CRASH_POINT === '1' ? 1 : 4;

const IDS = ['n1', 'n2', 'n3'];
const noteBytes = 20_000;

class Cluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'raft-snapshots-'));
  readonly nodes = new Map<string, NodeChild>();
  ports: Readonly<Record<string, number>> = {};

  static async start(t: Test): Promise<Cluster> {
    const cluster = new Cluster();
    t.teardown(async () => {
      for (const node of cluster.nodes.values()) await node.kill();
      rmSync(cluster.folder, { recursive: true });
    });
    await createClusterKeys(join(cluster.folder, 'pki'), 'test', IDS);
    const ports = await freePorts(IDS.length);
    cluster.ports = Object.fromEntries(IDS.map((id, n) => [id, ports[n] ?? 0]));
    await Promise.all(IDS.map((id) => cluster.launch(id)));
    return cluster;
  }

  data(id: string): string {
    return join(this.folder, id);
  }

  async launch(id: string, faults: Partial<NodePlan> = {}): Promise<NodeChild> {
    const node = await NodeChild.start({
      id,
      folder: this.data(id),
      pki: join(this.folder, 'pki'),
      cluster_id: 'test',
      ports: this.ports,
      large_log: false,
      die_at: 0,
      die_at_part: 0,
      ...faults,
    });
    this.nodes.set(id, node);
    return node;
  }

  get(id: string): NodeChild {
    return this.nodes.get(id) as NodeChild;
  }

  /** Until another leads, whom the node has answered: from then on it can be missed. */
  async follows(id: string): Promise<void> {
    await until(`${id} to follow`, async () => {
      await this.get(id).order({ kind: 'hand_over' });
      const all = await Promise.all(IDS.map((one) => this.get(one).status()));
      const leader = all.find(({ role }) => role === 'leader');
      const { members = [], node_id } = leader ?? {};
      return node_id !== id && members.some((member) => member.id === id && member.healthy);
    });
  }

  /** Until the leader has not heard of the node for so long that its log need not wait for it. */
  async missed(id: string): Promise<void> {
    await until(`the leader to miss ${id}`, async () => {
      const all = await Promise.all(['n1', 'n2'].map((other) => this.get(other).status()));
      const leader = all.find(({ role }) => role === 'leader');
      const gone = leader?.members.some((member) => member.id === id && !member.healthy);
      return gone === true || undefined;
    });
  }

  /** Until the node holds what `other` holds. */
  async caughtUp(id: string, other = 'n1') {
    return until(`${id} to catch up`, async () => {
      const [mine, theirs] = await Promise.all([this.get(id).status(), this.get(other).status()]);
      return mine.chainHash === theirs.chainHash ? mine : undefined;
    });
  }
}

/** n3 is behind what the others' logs still hold. */
async function behind(t: Test): Promise<Cluster> {
  const cluster = await Cluster.start(t);
  await cluster.get('n1').order({ kind: 'write', from: 0, count: 30, bytes: 10 });
  await cluster.caughtUp('n3');
  await cluster.follows('n3');
  await fallBehind(cluster, 30, 120);
  return cluster;
}

/** n3 is killed, and misses more than the others keep; returns the index of their snapshots. */
async function fallBehind(cluster: Cluster, from: number, count: number): Promise<number> {
  await cluster.get('n3').kill();
  await cluster.get('n1').order({ kind: 'write', from, count, bytes: noteBytes });
  await cluster.caughtUp('n2');
  await cluster.missed('n3');
  for (const id of ['n1', 'n2']) await cluster.get(id).order({ kind: 'snapshot' });
  await cluster.get('n2').order({ kind: 'write', from: from + count, count: 1, bytes: 10 });
  return (await cluster.get('n1').status()).snapshot_index;
}

t.test('a log loses what a durable snapshot covers, and the trailing part stays', async (t) => {
  const cluster = await behind(t);
  const { first_log_index: first, snapshot_index: snapshot } = await cluster.get('n1').status();
  t.ok(first > 60 && first <= snapshot - 19, `the log begins at ${first}, snapshot ${snapshot}`);
});

t.test('a node killed at any moment of receiving or installing comes up whole', async (t) => {
  const cluster = await behind(t);
  let written = 151;
  for (let operation = 1; ; operation += everyOperation) {
    const snapshot = await fallBehind(cluster, written, 50);
    written += 51;
    const doomed = await cluster.launch('n3', { die_at: operation });
    const died = doomed.exited.then(() => true);
    const caughtUp = cluster.caughtUp('n3').then(
      () => false,
      () => died,
    );
    if (!(await Promise.race([died, caughtUp]))) break;
    await cluster.launch('n3');
    const { appliedAtStart, firstApplied } = await cluster.caughtUp('n3');
    t.ok(
      firstApplied > snapshot,
      `operation ${operation}: it began with ${appliedAtStart}, and applied from ${firstApplied} on`,
    );
    t.ok(operation < 60, 'it ends');
    await cluster.follows('n3');
  }
});

t.test('a receiver killed in the middle goes on there', async (t) => {
  const cluster = await behind(t);
  const doomed = await cluster.launch('n3', { die_at_part: 4 });
  await doomed.exited;
  await cluster.launch('n3');
  const { parts } = await cluster.caughtUp('n3');
  const { size_bytes } = (await cluster.get('n1').order({ kind: 'snapshot' })) as {
    size_bytes: number;
  };
  const all = Math.ceil(size_bytes / chunkBytes);
  // Three are there. A sender that does not know that yet tries one that does not fit, and is told.
  t.ok(parts <= all - 3 + 1, `${parts} parts came, of ${all}`);
});

t.test('a sender killed in the middle: the next leader brings it to its end', async (t) => {
  const cluster = await behind(t);
  const leader = await until('a leader', async () => (await cluster.get('n1').status()).leader_id);
  const other = leader === 'n1' ? 'n2' : 'n1';
  await cluster.get(leader ?? '').kill();
  await cluster.launch('n3');
  await until('a leader', async () => (await cluster.get(other).status()).leader_id ?? undefined);
  await cluster.caughtUp('n3', other);
  await cluster.launch(leader ?? '');
  await cluster.caughtUp(leader ?? '', other);
  t.pass('all hold the same');
});

t.test('a restart after a snapshot applies only what is new', async (t) => {
  const cluster = await behind(t);
  await cluster.launch('n3');
  const { applied_index: applied } = await cluster.caughtUp('n3');
  // Which commits what was applied; otherwise the last moments would come from the log.
  await cluster.get('n3').order({ kind: 'snapshot' });
  for (const id of IDS) await cluster.get(id).kill();
  await Promise.all(IDS.map((id) => cluster.launch(id)));
  await cluster.get('n3').order({ kind: 'write', from: 151, count: 1, bytes: 1 });
  const status = await cluster.caughtUp('n3');
  t.ok(status.appliedAtStart >= applied - 1);
  t.ok(status.firstApplied > status.appliedAtStart);
});
