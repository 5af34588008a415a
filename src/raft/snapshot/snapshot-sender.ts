import { type FileHandle, open } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { InstallSnapshotRequest, NodeId } from '../core/messages.ts';
import type { Transport } from '../ports.ts';
import { chunkBytes, chunkDeadlineMs, lastChunkDeadlineMs, maxFruitlessChunks } from './limits.ts';
import { crcOf } from './snapshot-receiver.ts';
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';

interface SenderHooks {
  /** The newest one whose bytes are good. */
  snapshot(): Promise<Snapshot>;
  /** Whether this node still leads `term` and the peer still needs a snapshot. */
  isWanted(peer: NodeId, term: number): boolean;
  progress(peer: NodeId): void;
  /** `term`: of the last answer when it was a later one than ours, else 0. */
  ended(peer: NodeId, term: number): void;
}

/**
 * InstallSnapshot RPC, the leader's side: one call per part, one after the other, so that a peer gets
 * no more than it can write and neither side holds more than a part in memory.
 */
export class SnapshotSender {
  readonly #self: NodeId;
  readonly #store: SnapshotStore;
  readonly #transport: Pick<Transport, 'installSnapshot'>;
  readonly #hooks: SenderHooks;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  /** What is being sent to whom; null: not yet known. */
  readonly #sending = new Map<NodeId, Snapshot | null>();

  constructor(
    self: NodeId,
    store: SnapshotStore,
    transport: Pick<Transport, 'installSnapshot'>,
    hooks: SenderHooks,
    logger: Pick<Logger, 'info' | 'warn'>,
  ) {
    this.#self = self;
    this.#store = store;
    this.#transport = transport;
    this.#hooks = hooks;
    this.#logger = logger;
  }

  /** The log must stay behind this index for those that will go on from there. */
  get lowestIndex(): number {
    const indexes = [...this.#sending.values()].map((one) => one?.last_included_index ?? 0);
    return Math.min(...indexes, Number.POSITIVE_INFINITY);
  }

  /** Nothing when one is on its way to the peer already: then that one ends first. */
  send(peer: NodeId, term: number): void {
    if (this.#sending.has(peer)) return;
    this.#sending.set(peer, null);
    this.#transfer(peer, term)
      .catch((error: Error) => {
        this.#logger.warn({ peer, err: error }, 'sending a snapshot broke off; it is tried again');
        return 0;
      })
      .then((laterTerm) => {
        this.#sending.delete(peer);
        this.#hooks.ended(peer, laterTerm);
      });
  }

  async #transfer(peer: NodeId, term: number): Promise<number> {
    const snapshot = await this.#hooks.snapshot();
    this.#sending.set(peer, snapshot);
    const { path, size_bytes: bytes, last_included_index: index } = snapshot;
    this.#logger.info({ peer, index, bytes }, 'sending a snapshot');
    const handle = await open(path, 'r');
    try {
      return await this.#sendParts(peer, term, snapshot, handle);
    } finally {
      await handle.close();
    }
  }

  async #sendParts(
    peer: NodeId,
    term: number,
    snapshot: Snapshot,
    handle: FileHandle,
  ): Promise<number> {
    const { size_bytes: size } = snapshot;
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size));
    let fruitless = 0;
    for (let offset = 0; this.#hooks.isWanted(peer, term); ) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
      const done = offset + bytesRead === size;
      const request = this.#part(term, snapshot, offset, buffer.subarray(0, bytesRead), done);
      const deadlineMs = done ? lastChunkDeadlineMs : chunkDeadlineMs;
      const response = await this.#transport.installSnapshot(peer, request, deadlineMs);
      if (response.term > term) return response.term;
      const { next_offset: next } = response;
      if (done && next === size) return 0;
      if (next > size) throw new Error(`${peer} wants byte ${next} of ${size}`);
      if (done && next === 0) {
        this.#store.doubt(snapshot);
        throw new Error(`${peer} got other bytes than their digest says`);
      }
      fruitless = next > offset ? 0 : fruitless + 1;
      if (fruitless > maxFruitlessChunks) throw new Error(`${peer} makes no progress`);
      offset = next;
      this.#hooks.progress(peer);
    }
    return 0;
  }

  #part(
    term: number,
    snapshot: Snapshot,
    offset: number,
    data: Uint8Array,
    done: boolean,
  ): InstallSnapshotRequest {
    const { last_included_index, last_included_term, configuration, configuration_index } =
      snapshot;
    return {
      term,
      leader_id: this.#self,
      last_included_index,
      last_included_term,
      configuration,
      configuration_index,
      offset,
      data,
      chunk_crc: crcOf(data),
      done,
      digest: Buffer.from(snapshot.sha256, 'hex'),
    };
  }
}
