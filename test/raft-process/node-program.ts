import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pino } from 'pino';
import { stampCommand } from '../../src/lms/codec.ts';
import { LmsMachine } from '../../src/lms/machine.ts';
import { openMachine } from '../../src/open-machine.ts';
import { loadNodeKeys } from '../../src/pki/load-node-keys.ts';
import { openLog } from '../../src/raft/log/open-log.ts';
import { RaftNode } from '../../src/raft/node.ts';
import { SnapshotStore } from '../../src/raft/snapshot/snapshot-store.ts';
import { openTransport } from '../../src/raft/transport/open-transport.ts';
import { dieAtOperation } from './die-at-operation.ts';
import { NOTE_COMMANDS, noteCommand } from './note-commands.ts';

/** What the test starts this program with, as JSON in `argv[2]`. */
export interface NodePlan {
  readonly id: string;
  readonly folder: string;
  readonly pki: string;
  readonly cluster_id: string;
  readonly ports: Readonly<Record<string, number>>;
  /** Segments of production; else small ones, so that a test need not write much. */
  readonly large_log: boolean;
  /** SIGKILL itself in this file operation, counted from the first part of a snapshot; 0: never. */
  readonly die_at: number;
  /** SIGKILL itself when this part of a snapshot came; 0: never. */
  readonly die_at_part: number;
}

export type Order =
  | {
      readonly kind: 'write';
      readonly from: number;
      readonly count: number;
      readonly bytes: number;
    }
  | { readonly kind: 'snapshot' }
  /** Lets another lead; nothing if this one does not. */
  | { readonly kind: 'hand_over' }
  | { readonly kind: 'status' }
  /** What it took since the last time. */
  | { readonly kind: 'measure' };

export interface Measured {
  readonly rss_max_bytes: number;
  readonly loop_delay_p99_ms: number;
  readonly loop_delay_max_ms: number;
}

const plan: NodePlan = JSON.parse(process.argv[2] ?? '');
const logger = pino({ level: 'info' }, pino.destination(join(plan.folder, '..', `${plan.id}.log`)));
const directory_id = plan.id;
const identity = { cluster_id: plan.cluster_id, node_id: plan.id };
const voters = Object.entries(plan.ports).map(([id, port]) => {
  return { id, raft: `127.0.0.1:${port}`, api: '' };
});
const members = { voters, voters_outgoing: [], learners: [] };

const small = { segmentBytes: 256 * 1024, maxGroupBytes: 128 * 1024, trailingEntries: 20 };
const limits = plan.large_log ? { trailingEntries: 20 } : small;
const log = await openLog({ folder: join(plan.folder, 'wal'), identity, limits, logger });
const snapshots = await SnapshotStore.open(join(plan.folder, 'snapshots'), logger);
const open = (path: string) => new LmsMachine(path, NOTE_COMMANDS);
const machine = await openMachine({
  folder: plan.folder,
  log: log.recovered,
  snapshots,
  logger,
  open,
});
const appliedAtStart = machine.applied.index;
const apply = machine.apply.bind(machine);
let firstApplied = 0;
machine.apply = (entries) => {
  if (firstApplied === 0) firstApplied = entries[0]?.index ?? 0;
  return apply(entries);
};

const transport = await openTransport({
  self: {
    ...identity,
    directory_id,
    listen: { host: '127.0.0.1', port: plan.ports[plan.id] ?? 0 },
  },
  members,
  keys: await loadNodeKeys(plan.pki, plan.id),
  logger: pino({ level: 'silent' }),
});
const raft = new RaftNode({
  id: plan.id,
  directory_id,
  configuration: members,
  timing: { heartbeat_ms: 50, election_timeout_min_ms: 500, election_timeout_max_ms: 1000 },
  seed: process.pid * 7919,
  log,
  transport,
  machine,
  snapshots,
  logger,
  prepare: (command) => {
    const stamped = Uint8Array.from(command);
    stampCommand(stamped, 1);
    return stamped;
  },
  onFatal: (error) => {
    logger.fatal({ err: error }, 'stopped');
    process.exit(1);
  },
});

const { onInstallSnapshot } = transport;
let parts = 0;
transport.onInstallSnapshot = (from, request) => {
  parts += 1;
  if (parts === plan.die_at_part) process.kill(process.pid, 'SIGKILL');
  if (parts === 1 && plan.die_at > 0) dieAtOperation(plan.die_at, plan.folder);
  return onInstallSnapshot(from, request);
};

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let rssMax = 0;
setInterval(() => {
  rssMax = Math.max(rssMax, process.memoryUsage.rss());
}, 20).unref();

function measure(): Measured {
  const measured = {
    rss_max_bytes: rssMax,
    loop_delay_p99_ms: delay.percentile(99) / 1e6,
    loop_delay_max_ms: delay.max / 1e6,
  };
  delay.reset();
  rssMax = process.memoryUsage.rss();
  return measured;
}

async function obey(order: Order): Promise<unknown> {
  if (order.kind === 'snapshot') return raft.snapshot();
  if (order.kind === 'hand_over') return raft.transferLeadership();
  if (order.kind === 'status') {
    const { chainHash } = machine;
    return { ...raft.status(), chainHash, appliedAtStart, firstApplied, parts };
  }
  if (order.kind === 'measure') return measure();
  const propose = (id: string, command: Uint8Array) =>
    raft.propose({ request_id: id, command, timeoutMs: 20_000 });
  await propose('setup', noteCommand('setup', 'SETUP'));
  for (let n = order.from; n < order.from + order.count; n += 1) {
    const value = `${n} ${'x'.repeat(order.bytes)}`;
    await propose(`w${n}`, noteCommand(`w${n}`, 'WRITE', value));
  }
  return null;
}

function say(reply: { readonly answer: unknown } | { readonly error: string }): void {
  if (process.connected) process.send?.(reply);
}

process.on('message', (order: Order) => {
  obey(order).then(
    (answer) => say({ answer }),
    (error: Error) => say({ error: error.message }),
  );
});
process.once('disconnect', () => process.exit());
say({ answer: 'ready' });
