import { logTime } from '../queries/named-blobs.ts';
import type { Reader } from '../reader.ts';
import { BlobReader } from './blob-reader.ts';
import type { BlobStore, OpenBlob, StagedBlob } from './blob-store.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import { MajorityWriter } from './majority-writer.ts';
import { MissingBlobs } from './missing-blobs.ts';
import type { Membership, PeerBlobs } from './peer-blobs.ts';

interface Logger {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}

export interface Placement {
  /** The log's time before the bytes were placed: the command that names them carries it (`blob-placement.ts`). */
  readonly placed_at: number;
}

/** The bytes of files, as the rest of the node uses them. */
export class ReplicatedBlobs {
  /** This node's own, for its peers (`src/blob-handler.ts`). */
  readonly store: BlobStore;
  /** `missing.run(signal)` belongs into the background of a running node. */
  readonly missing: MissingBlobs;
  readonly #rows: Reader;
  readonly #writer: MajorityWriter;
  readonly #reader: BlobReader;

  private constructor(
    store: BlobStore,
    peers: PeerBlobs,
    membership: () => Membership,
    reader: Reader,
    logger: Logger,
  ) {
    this.store = store;
    this.#rows = reader;
    this.#writer = new MajorityWriter(peers, membership);
    this.#reader = new BlobReader(store, peers, membership, logger);
    this.missing = new MissingBlobs(reader, store, this.#reader, logger);
  }

  /** @param folder `<data>/blobs`; made when it is missing */
  static async open(
    folder: string,
    peers: PeerBlobs,
    membership: () => Membership,
    reader: Reader,
    logger: Logger,
    diskLow: () => boolean = () => false,
  ): Promise<ReplicatedBlobs> {
    const store = await LocalBlobStore.open(folder, logger, diskLow);
    return new ReplicatedBlobs(store, peers, membership, reader, logger);
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
}
