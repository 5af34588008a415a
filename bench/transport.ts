/**
 * The Raft transport between two processes: `node bench/transport.ts`.
 * The other process answers each AppendEntriesRequest and each ForwardRequest at once.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { createClusterKeys } from '../src/pki/create-cluster-keys.ts';
import { loadNodeKeys } from '../src/pki/load-node-keys.ts';
import type { Configuration, Message, NodeId } from '../src/raft/core/messages.ts';
import type { Http2Transport } from '../src/raft/transport/http2-transport.ts';
import { openTransport } from '../src/raft/transport/open-transport.ts';

const ENTRY_BYTES = 300;
const MEASURED_MS = 2_500;
const WARM_UP_MS = 500;
const NOBODY: Configuration = { voters: [], voters_outgoing: [], learners: [] };

function open(folder: string, node_id: NodeId): Promise<Http2Transport> {
  return loadNodeKeys(folder, node_id).then((keys) =>
    openTransport({
      self: {
        cluster_id: 'bench',
        node_id,
        directory_id: node_id,
        listen: { host: '127.0.0.1', port: 0 },
      },
      members: NOBODY,
      keys,
      logger: pino({ level: 'silent' }),
    }),
  );
}

function members(ports: Record<NodeId, number>): Configuration {
  const voters = Object.entries(ports).map(([id, port]) => ({
    id,
    raft: `127.0.0.1:${port}`,
    api: '',
  }));
  return { ...NOBODY, voters };
}

function appendRequest(round: number, entries: number, bytes: number): Message {
  const command = Buffer.alloc(bytes, 7);
  const list = Array.from({ length: entries }, (_, k) => ({
    index: round * entries + k + 1,
    term: 1,
    type: 0 as const,
    command,
  }));
  return {
    kind: 'AppendEntriesRequest',
    body: {
      term: 1,
      leader_id: 'n1',
      prev_log_index: round * entries,
      prev_log_term: 1,
      entries: list,
      leader_commit: 0,
      read_round: round,
    },
  };
}

/** Echoes until the parent goes away. */
async function serve(folder: string, port: number): Promise<void> {
  const transport = await open(folder, 'n2');
  transport.onMessage = (from, message) => {
    if (message.kind === 'AppendEntriesRequest') {
      const { term, read_round, prev_log_index, entries } = message.body;
      const match_index = prev_log_index + entries.length;
      const body = {
        term,
        read_round,
        success: true,
        match_index,
        conflict_index: 0,
        conflict_term: 0,
      };
      transport.send(from, { kind: 'AppendEntriesResponse', body });
    } else if (message.kind === 'ReadIndexRequest') {
      const body = { ...message.body, term: 1, read_index: 1 };
      transport.send(from, { kind: 'ReadIndexResponse', body });
    }
  };
  transport.onForward = () => Promise.resolve({ index: 1, term: 1, error: '' });
  transport.setMembers(members({ n1: port, n2: transport.address.port }));
  // The answers need the link from here to there.
  transport.onReachable = (_peer, reachable) => reachable && process.send?.('up');
  process.send?.(transport.address.port);
  process.once('disconnect', () => void transport.close());
}

/** Keeps `window` calls under way for some seconds; `call` resolves when one is answered. */
async function measure(window: number, call: (k: number) => Promise<unknown>) {
  const times: number[] = [];
  const start = performance.now() + WARM_UP_MS;
  const end = start + MEASURED_MS;
  let calls = 0;
  const worker = async () => {
    for (let at = 0; at < end; ) {
      at = performance.now();
      calls += 1;
      await call(calls);
      if (at >= start) times.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: window }, worker));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)]?.toFixed(2);
  const perSecond = Math.round((times.length / (performance.now() - start)) * 1000);
  return { per_second: perSecond, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) };
}

async function bench(transport: Http2Transport): Promise<void> {
  const waiting = new Map<string, () => void>();
  const answered = (key: string) => new Promise<void>((resolve) => waiting.set(key, resolve));
  transport.onMessage = (_from, { body }) => {
    const key =
      'request_id' in body ? body.request_id : 'read_round' in body ? body.read_round : '';
    waiting.get(String(key))?.();
    waiting.delete(String(key));
  };
  const append = (entries: number, bytes: number) => (k: number) => {
    const answer = answered(String(k));
    transport.send('n2', appendRequest(k, entries, bytes));
    return answer;
  };
  const readIndex = (k: number) => {
    const request_id = `r${k}`;
    const answer = answered(request_id);
    transport.send('n2', { kind: 'ReadIndexRequest', body: { term: 1, request_id } });
    return answer;
  };
  const command = Buffer.alloc(ENTRY_BYTES, 7);
  const forward = (k: number) =>
    transport.forward('n2', { client_id: 'n1', request_id: String(k), command }, 10_000);

  const rows: Record<string, object> = {};
  rows['append, 1 entry, 1 under way'] = await measure(1, append(1, ENTRY_BYTES));
  rows['append, 1 entry, 256 under way'] = await measure(256, append(1, ENTRY_BYTES));
  rows['append, 64 entries, 16 under way'] = await measure(16, append(64, ENTRY_BYTES));
  rows['append, one of 1 MB, 8 under way'] = await measure(8, append(1, 1_000_000));
  rows['forward, 1 under way'] = await measure(1, forward);
  rows['forward, 256 under way'] = await measure(256, forward);
  rows['read index alone'] = await measure(1, readIndex);
  const [, loaded] = await Promise.all([
    measure(16, append(1, 1_000_000)),
    measure(1, async (k) => {
      await turn();
      await readIndex(k);
    }),
  ]);
  rows['read index beside 16 appends of 1 MB'] = loaded;
  console.table(rows);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-transport-'));
  let child: ChildProcess | null = null;
  try {
    const pki = join(folder, 'pki');
    await createClusterKeys(pki, 'bench', ['n1', 'n2']);
    const transport = await open(pki, 'n1');
    const { port } = transport.address;
    child = fork(fileURLToPath(import.meta.url), ['serve', pki, String(port)]);
    const [peerPort] = await once(child, 'message');
    const up = new Promise<void>((resolve) => {
      transport.onReachable = (_peer, reachable) => reachable && resolve();
    });
    transport.setMembers(members({ n1: port, n2: peerPort }));
    await Promise.all([up, once(child, 'message')]);
    await bench(transport);
    await transport.close();
  } finally {
    child?.disconnect();
    await rm(folder, { recursive: true });
  }
}

const [role, folder, port] = process.argv.slice(2);
if (role === 'serve' && folder !== undefined) await serve(folder, Number(port));
else await main();
