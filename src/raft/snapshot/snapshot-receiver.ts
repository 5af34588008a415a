import { crc32 } from 'node:zlib';
import type { Logger } from 'pino';
import type { InstallSnapshotRequest, InstallSnapshotResponse, NodeId } from '../core/messages.ts';
import type { SnapshotHead } from '../core/types.ts';
import { type IncomingHead, IncomingSnapshot } from './incoming-snapshot.ts';
import { receivePauseMs } from './limits.ts';
import type { SnapshotStore } from './snapshot-store.ts';

interface ReceiverHooks {
  term(): number;
  /** Whether the state up to `index` is known to be committed here: a snapshot of it is no news. */
  isCommitted(index: number): boolean;
  /** It is whole, verified and durable here, or not needed. */
  received(from: NodeId, term: number, snapshot: SnapshotHead): void;
}

/**
 * InstallSnapshot RPC, receiver, for the bytes: puts the parts together, one snapshot at a time, and
 * tells the core when one is whole. A sender that starts over is told where to go on.
 */
export class SnapshotReceiver {
  readonly #store: SnapshotStore;
  readonly #hooks: ReceiverHooks;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  /** `undefined`: not yet looked at what an earlier process left. */
  #incoming: IncomingSnapshot | null | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #pausedUntil = 0;

  constructor(store: SnapshotStore, hooks: ReceiverHooks, logger: Pick<Logger, 'info' | 'warn'>) {
    this.#store = store;
    this.#hooks = hooks;
    this.#logger = logger;
  }

  /** One part at a time. Rejects when this node cannot take it now. */
  receive(from: NodeId, request: InstallSnapshotRequest): Promise<InstallSnapshotResponse> {
    const response = this.#last.then(() => this.#take(from, request));
    this.#last = response.catch(() => undefined);
    return response;
  }

  /** What has arrived stays, also for the next process. */
  async close(): Promise<void> {
    await this.#last;
    await this.#incoming?.close();
    this.#incoming = null;
  }

  async #take(from: NodeId, request: InstallSnapshotRequest): Promise<InstallSnapshotResponse> {
    const term = this.#hooks.term();
    if (request.term < term) return { term, next_offset: 0 };
    if (await this.#has(request)) {
      this.#hooks.received(from, request.term, headOf(request));
      // Of more parts none is asked for; that the last one has arrived must not pass for damage.
      const { offset, data, done } = request;
      return { term: request.term, next_offset: done ? offset + data.length : offset };
    }
    if (performance.now() < this.#pausedUntil) throw new Error('the disk failed a moment ago');
    try {
      return { term: request.term, next_offset: await this.#add(from, request) };
    } catch (error) {
      this.#pausedUntil = performance.now() + receivePauseMs;
      this.#logger.warn({ err: error, from }, 'a snapshot could not be received');
      await this.#incoming?.discard().catch(() => undefined);
      this.#incoming = null;
      throw error;
    }
  }

  /** Nothing of it is needed: its entries are committed here, or the same snapshot is here already. */
  async #has({ last_included_index: index, last_included_term: term }: InstallSnapshotRequest) {
    if (this.#hooks.isCommitted(index)) return true;
    const stored = this.#store.find(index, term);
    return stored !== null && (await this.#store.newestIntact((one) => one === stored)) !== null;
  }

  /** Returns where the next part belongs. */
  async #add(from: NodeId, request: InstallSnapshotRequest): Promise<number> {
    const incoming = await this.#incomingFor(from, request);
    const { offset, data, chunk_crc: crc, done } = request;
    const whole = Buffer.from(crc).equals(crcOf(data));
    if (offset !== incoming.size || !whole) return incoming.size;
    await incoming.append(data);
    if (!done) return incoming.size;
    const { size } = incoming;
    const snapshot = await incoming.finish();
    this.#incoming = null;
    if (snapshot === null) {
      this.#logger.warn({ from, index: request.last_included_index }, 'a snapshot came damaged');
      return 0;
    }
    this.#logger.info({ from, path: snapshot.path, bytes: size }, 'received a snapshot');
    this.#hooks.received(from, request.term, headOf(request));
    return size;
  }

  async #incomingFor(from: NodeId, request: InstallSnapshotRequest): Promise<IncomingSnapshot> {
    const head: IncomingHead = {
      last_included_index: request.last_included_index,
      last_included_term: request.last_included_term,
      configuration: request.configuration,
      configuration_index: request.configuration_index,
      sha256: Buffer.from(request.digest).toString('hex'),
    };
    if (this.#incoming === undefined) this.#incoming = await IncomingSnapshot.resume(this.#store);
    if (this.#incoming?.isOf(head)) return this.#incoming;
    await this.#incoming?.discard();
    this.#incoming = await IncomingSnapshot.begin(this.#store, head);
    this.#logger.info({ from, index: head.last_included_index }, 'receiving a snapshot');
    return this.#incoming;
  }
}

export function crcOf(data: Uint8Array): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(data));
  return crc;
}

function headOf(request: InstallSnapshotRequest): SnapshotHead {
  const { last_included_index: index, last_included_term: term } = request;
  const { configuration, configuration_index } = request;
  return { index, term, configuration, configuration_index };
}
