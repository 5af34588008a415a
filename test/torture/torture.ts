import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeClassroom } from '../fixtures/classroom.ts';
import { checkLinearizable, type Verdict } from '../linearizability/checker.ts';
import { HistoryWriter, type Operation, readHistory } from '../linearizability/history.ts';
import { orderedListModel } from '../linearizability/model.ts';
import { Randomness } from '../simulation/randomness.ts';
import { rage } from './nemesis.ts';
import { ProxiedCluster } from './proxied-cluster.ts';
import { Workload } from './workload.ts';

const clients = 5;

export interface TortureOptions {
  readonly nodes: number;
  readonly seconds: number;
  /** Chooses faults and requests; what the processes make of it differs from run to run. */
  readonly seed: number;
  readonly reads?: 'read_index' | 'lease';
  readonly report: (line: string) => void;
}

export interface TortureOutcome {
  readonly verdict: Verdict;
  readonly history: readonly Operation[];
  readonly faults: readonly string[];
  /** Of all nodes, at the same applied index. */
  readonly chain_hashes: readonly string[];
  /** What every node shows at the end, by thread. */
  readonly threads: readonly ReadonlyMap<string, readonly string[]>[];
}

interface Teardown {
  teardown(run: () => unknown): void;
}

/** Real processes, real sockets, real disks: lets them be killed, stopped and cut while clients write. */
export async function torture(t: Teardown, options: TortureOptions): Promise<TortureOutcome> {
  const net = await ProxiedCluster.start(t, options.nodes, {
    reads: options.reads ?? 'read_index',
  });
  const { cluster } = net;
  const room = await makeClassroom(cluster, clients);
  const path = join(cluster.folder, 'history.jsonl');
  const writer = new HistoryWriter(path);
  const workload = new Workload(cluster, room, writer);
  const randomness = new Randomness(options.seed);
  const stop = new AbortController();
  t.teardown(() => stop.abort());

  const running = room.students.map((token, n) =>
    workload.run(token, randomness.stream(`client ${n}`), stop.signal),
  );
  const faults: string[] = [];
  const end = AbortSignal.timeout(options.seconds * 1000);
  await rage(net, randomness.stream('nemesis'), end, (fault) => {
    faults.push(fault);
    options.report(fault);
  });
  net.heal();
  await cluster.leader();
  await sleep(500);
  stop.abort();
  await Promise.all(running);
  await writer.close();

  const history = await readHistory(path);
  const replicas = await cluster.settled();
  const [token = ''] = room.students;
  const keys = [...new Set(history.map((operation) => operation.key))];
  const threads = await Promise.all(
    cluster.ids.map(async (id) => {
      const shown = keys.map(async (key) => [key, await answersOn(net, id, key, token)] as const);
      return new Map(await Promise.all(shown));
    }),
  );
  return {
    verdict: checkLinearizable(history, (key) => orderedListModel(threads[0]?.get(key) ?? [])),
    history,
    faults,
    chain_hashes: replicas.map((one) => one.chain_hash),
    threads,
  };
}

async function answersOn(
  { cluster }: ProxiedCluster,
  node: string,
  thread: string,
  token: string,
): Promise<string[]> {
  const headers = { 'LMS-Consistency': 'local' };
  const { body } = await cluster.call(node, `GET /v1/queries/${thread}`, { token, headers });
  return (body.answers as { body_md: string }[]).map((one) => one.body_md);
}
