import { logTime, namedBlobBytes } from '../queries/named-blobs.ts';
import type { Reader } from '../reader.ts';
import { BlobReader } from './blob-reader.ts';
import type { BlobStore, OpenBlob, StagedBlob } from './blob-store.ts';
import { BlobFigures } from './figures.ts';
import { Garbage } from './garbage.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import { MajorityWriter } from './majority-writer.ts';
import { MissingBlobs } from './missing-blobs.ts';
import type { Membership, PeerBlobs } from './peer-blobs.ts';
import { Scrubber } from './scrubber.ts';

interface Logger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}

export interface Placement {
  /** The log's time before the bytes were placed: the command that names them carries it (`blob-placement.ts`). */
  readonly placed_at: number;
}

interface NamedBlob {
  readonly sha256: string;
  readonly size_bytes: number;
}

interface BlobSurroundings {
  readonly peers: PeerBlobs;
  readonly membership: () => Membership;
  readonly reader: Reader;
  readonly diskLow: () => boolean;
  /** Resolves when this node has applied what was committed when it was called. */
  readonly settle: () => Promise<void>;
}

/** The bytes of files, as the rest of the node uses them. */
export class ReplicatedBlobs {
  /** This node's own, for its peers (`src/blob-handler.ts`). */
  readonly store: BlobStore;
  readonly #figures = new BlobFigures();
  readonly #missing: MissingBlobs;
  readonly #garbage: Garbage;
  readonly #settle: () => Promise<void>;
  readonly #scrubber: Scrubber;
  readonly #rows: Reader;
  readonly #writer: MajorityWriter;
  readonly #reader: BlobReader;

  private constructor(
    store: LocalBlobStore,
    { peers, membership, reader, settle }: BlobSurroundings,
    logger: Logger,
  ) {
    this.store = store;
    this.#rows = reader;
    this.#writer = new MajorityWriter(peers, membership);
    this.#reader = new BlobReader(store, peers, membership, logger);
    this.#missing = new MissingBlobs(reader, store, this.#reader, logger);
    const sizeOf = (sha256: string) => namedBlobBytes(reader, sha256);
    const repair = {
      fetch: (blob: NamedBlob) => this.#reader.fetch(blob),
      fetchLater: (blob: NamedBlob) => this.#missing.add(blob),
    };
    this.#scrubber = new Scrubber(store, sizeOf, repair, this.#figures, logger);
    const shelves = {
      shards: store.shards,
      list: (shard: string) => store.list(shard),
      remove: (sha256: string, isNeeded: () => boolean) => this.#remove(store, sha256, isNeeded),
    };
    const rows = {
      isNamed: (sha256: string) => sizeOf(sha256) !== null,
      logTime: () => logTime(reader),
    };
    this.#settle = settle;
    this.#garbage = new Garbage(shelves, rows, settle, logger);
    store.events = {
      used: (sha256) => this.#garbage.used(sha256),
      kept: (sha256) => this.#figures.kept(sha256),
      foundDamaged: (sha256) => this.#figures.foundDamaged(sha256),
    };
  }

  /** Of all committed files, how many this node lacks; rejects when it cannot tell in time. */
  async lacking(signal: AbortSignal): Promise<number> {
    await this.#settle();
    return await this.#missing.lacking(signal);
  }

  /** How they do on this node. */
  status() {
    const { damaged, damaged_total, repaired_total, collected_total } = this.#figures;
    const { scrubbed_bytes_total, scrub_passes_total, scrub_ended_at } = this.#figures;
    return {
      missing_files: this.#missing.count,
      damaged_files: damaged,
      damaged_total,
      repaired_total,
      collected_total,
      scrubbed_bytes_total,
      scrub_passes_total,
      scrub_ended_at,
    };
  }

  /**
   * What a running node does beside its requests: fetches what it lacks, collects what nothing names,
   * and reads all blobs at `scrubBytesPerSecond` (0: not at all).
   */
  async run(scrubBytesPerSecond: number, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#missing.run(signal),
      this.#garbage.run(signal),
      this.#scrubber.run(scrubBytesPerSecond, signal),
    ]);
  }

  /** @param folder `<data>/blobs`; made when it is missing */
  static async open(
    folder: string,
    surroundings: BlobSurroundings,
    logger: Logger,
  ): Promise<ReplicatedBlobs> {
    const store = await LocalBlobStore.open(folder, logger, surroundings.diskLow);
    return new ReplicatedBlobs(store, surroundings, logger);
  }

  /** See `BlobStore.stage`. */
  stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob> {
    return this.store.stage(body, maxBytes);
  }

  /** See `MajorityWriter.keep`. */
  async keep(staged: StagedBlob, signal: AbortSignal): Promise<Placement> {
    const placed_at = logTime(this.#rows);
    await this.#writer.keep(staged, signal);
    return { placed_at };
  }

  /** See `BlobReader.open`. */
  open(blob: { readonly sha256: string; readonly size_bytes: number }): Promise<OpenBlob> {
    return this.#reader.open(blob);
  }

  async #remove(store: LocalBlobStore, sha256: string, isNeeded: () => boolean): Promise<boolean> {
    const removed = await store.remove(sha256, isNeeded);
    if (removed) this.#figures.collected(sha256);
    return removed;
  }
}
