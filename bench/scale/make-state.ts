import { join } from 'node:path';
import { pino } from 'pino';
import { encodeCommand, stampCommand } from '../../src/lms/codec.ts';
import type { Command } from '../../src/lms/command.ts';
import { COMMANDS } from '../../src/lms/commands/registry.ts';
import { type AppliedCommand, LmsMachine } from '../../src/lms/machine.ts';
import { openLog } from '../../src/raft/log/open-log.ts';
import { RaftNode } from '../../src/raft/node.ts';
import type { Transport } from '../../src/raft/ports.ts';
import { type Snapshot, SnapshotStore } from '../../src/raft/snapshot/snapshot-store.ts';

const batchCommands = 2_048;
const proposalTimeoutMs = 600_000;
const self = { id: 'maker', raft: '127.0.0.1:1', api: 'http://127.0.0.1:2' };
const nobody: Transport = {
  send: () => undefined,
  forward: () => Promise.reject(new Error('there is nobody else')),
  installSnapshot: () => Promise.reject(new Error('there is nobody else')),
  onMessage: () => undefined,
  onForward: () => Promise.reject(new Error('there is nobody else')),
  onInstallSnapshot: () => Promise.reject(new Error('there is nobody else')),
  onReachable: () => undefined,
  onToldRemoved: () => undefined,
  onToldOtherDirectory: () => undefined,
  setMembers: () => undefined,
  close: () => Promise.resolve(),
};

/**
 * Brings the commands through the log of a node that is a cluster by itself, fsyncs and all, and takes a
 * snapshot of what came of them. Their time is the one that they say. Rejects when one is refused.
 *
 * @param folder a new one; the snapshot is in it
 */
export async function makeState(
  folder: string,
  cluster_id: string,
  commands: Iterable<Command<object>>,
  progress: (made: number) => void,
): Promise<Snapshot> {
  const logger = pino({ level: 'warn' });
  const identity = { cluster_id, node_id: self.id };
  const log = await openLog({ folder: join(folder, 'wal'), identity, logger });
  const snapshots = await SnapshotStore.open(join(folder, 'snapshots'), logger);
  const machine = new LmsMachine(join(folder, 'lms.db'), COMMANDS);
  const raft = new RaftNode({
    id: self.id,
    directory_id: 'made',
    configuration: { voters: [self], voters_outgoing: [], learners: [] },
    timing: { heartbeat_ms: 100, election_timeout_min_ms: 1_000, election_timeout_max_ms: 2_000 },
    seed: 1,
    log,
    transport: nobody,
    machine,
    snapshots,
    logger,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    await bringThrough(raft, commands, progress);
    // One that was under way before the end gives itself for this one.
    while (snapshots.newest?.last_included_index !== machine.applied.index) await raft.snapshot();
    return snapshots.newest;
  } finally {
    await raft.close();
    machine.close();
    await log.close();
  }
}

/** Two batches are under way: the next one is made and fsynced while one is applied. */
async function bringThrough(
  raft: RaftNode,
  commands: Iterable<Command<object>>,
  progress: (made: number) => void,
): Promise<void> {
  let made = 0;
  let before: Promise<unknown> = Promise.resolve();
  let batch: Promise<void>[] = [];
  for (const command of commands) {
    batch.push(bring(raft, command));
    made += 1;
    if (batch.length < batchCommands) continue;
    const current = Promise.all(batch);
    batch = [];
    await before;
    before = current;
    progress(made);
  }
  await before;
  await Promise.all(batch);
}

async function bring(raft: RaftNode, command: Command<object>): Promise<void> {
  const bytes = encodeCommand(command);
  stampCommand(bytes, command.received_at);
  const request = { request_id: command.command_id, command: bytes, timeoutMs: proposalTimeoutMs };
  const { result } = (await raft.propose(request)) as AppliedCommand;
  if (!result.ok) throw new Error(`${command.kind}: ${result.code}: ${result.detail}`);
}
