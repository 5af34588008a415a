import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { LogStore } from '../ports.ts';
import type { Room } from './disk-room.ts';
import { lockFolder } from './folder-lock.ts';
import { checkedLimits, type LogLimits } from './limits.ts';
import { LogClient } from './log-client.ts';
import type { LogIdentity } from './segment-header.ts';
import type { TornTail } from './torn-tail.ts';
import { fromWire } from './wire-error.ts';
import type { LogReply, WorkerSetup } from './worker-messages.ts';

export interface OpenLogOptions {
  /** Holds nothing but the log; made when missing. */
  readonly folder: string;
  readonly identity: LogIdentity;
  readonly limits?: Partial<LogLimits>;
  /**
   * This node has had a log: refuse to begin an empty one. To be set on every start but the first,
   * since a node that lost its log could vote a second time in one term. Default false.
   */
  readonly mustExist?: boolean;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

type PostRequest = ConstructorParameters<typeof LogClient>[1];

/**
 * Opens the log of one node, or begins it, in a thread of its own. Rejects with `FolderInUse`,
 * `ForeignLog` or `LogCorruption` when this node must not start, else with the system's error.
 */
export async function openLog(options: OpenLogOptions): Promise<LogStore> {
  const { folder, identity, logger, mustExist = false } = options;
  const limits = checkedLimits(options.limits);
  const lock = lockFolder(folder);
  const bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: WorkerSetup = { folder, identity, limits, mustExist, bell };
  const worker = new Worker(new URL('./log-worker.ts', import.meta.url), {
    workerData,
    name: 'raft-log',
    execArgv: [],
  });
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      lock.release();
      resolve();
    });
  });
  const post: PostRequest = (request, transfer) => {
    worker.postMessage(request, transfer === undefined ? [] : [transfer]);
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
  };
  const client = await firstReply(worker, { post, exited }, logger);
  worker.on('message', (reply: LogReply) => {
    if (typeof reply !== 'number' && reply.kind === 'room') tellRoom(logger, folder, reply.room);
    client.receive(reply);
  });
  worker.on('error', (error) =>
    client.fail(error instanceof Error ? error : new Error(String(error))),
  );
  void exited.then(() => client.ended());
  return client;
}

/** The client, once the worker has opened the log. Rejects, with the thread gone, when it did not. */
async function firstReply(
  worker: Worker,
  { post, exited }: { readonly post: PostRequest; readonly exited: Promise<void> },
  logger: OpenLogOptions['logger'],
): Promise<LogClient> {
  const crashed = new Promise<never>((_, reject) => worker.once('error', reject));
  const replied = new Promise<LogReply>((resolve) => worker.once('message', resolve));
  const reply = await Promise.race([replied, crashed, exited]);
  if (typeof reply !== 'object' || reply.kind !== 'opened') {
    await exited;
    const refused = typeof reply === 'object' && reply.kind === 'refused';
    throw refused ? fromWire(reply.error) : new Error('the thread of the log did not open it');
  }
  const { recovered, tornTail } = reply;
  if (tornTail !== null) logger.warn(tornTailFields(tornTail), 'torn tail of the log cut');
  const { base, last_index, hard_state } = recovered;
  logger.info({ base, last_index, hard_state }, 'log opened');
  return new LogClient(recovered, post, exited);
}

function tellRoom(logger: OpenLogOptions['logger'], folder: string, room: Room): void {
  const make = 'make room on it, and it goes on by itself';
  if (room === 'low') logger.warn({ folder }, `the disk is low, writes are refused: ${make}`);
  else if (room === 'none') logger.warn({ folder }, `the disk is full, the log waits: ${make}`);
  else logger.info({ folder }, 'the disk has room again');
}

function tornTailFields({ file, offset, bytes, kept_as }: TornTail): object {
  return { file, offset, bytes, kept_as };
}
