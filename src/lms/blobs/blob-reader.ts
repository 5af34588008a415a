import { BlobDamaged, BlobMissing, type BlobStore, type OpenBlob } from './blob-store.ts';
import { minBytesPerSecond, transferGraceMs } from './limits.ts';
import type { Membership, PeerBlobs } from './peer-blobs.ts';

/** No node that could be reached has good bytes. */
export class BlobUnavailable extends Error {
  override readonly name = 'BlobUnavailable';

  constructor(sha256: string) {
    super(`no node that could be reached has a good copy of blob ${sha256}`);
  }
}

interface BlobName {
  readonly sha256: string;
  readonly size_bytes: number;
}

interface Logger {
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}

/** Opens blobs by their digest, from this node or, when it has none or a damaged one, from a peer. */
export class BlobReader {
  readonly #store: BlobStore;
  readonly #peers: PeerBlobs;
  readonly #membership: () => Membership;
  readonly #logger: Logger;
  /** One transfer per blob, however many wait for it. */
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(store: BlobStore, peers: PeerBlobs, membership: () => Membership, logger: Logger) {
    this.#store = store;
    this.#peers = peers;
    this.#membership = membership;
    this.#logger = logger;
  }

  /** @throws BlobUnavailable */
  async open(blob: BlobName): Promise<OpenBlob> {
    try {
      return await this.#store.open(blob.sha256);
    } catch (error) {
      if (!(error instanceof BlobMissing || error instanceof BlobDamaged)) throw error;
    }
    await this.fetch(blob);
    return this.#store.open(blob.sha256);
  }

  /**
   * Brings a blob from the first peer that has good bytes, and keeps it.
   *
   * @throws BlobUnavailable
   */
  fetch(blob: BlobName): Promise<void> {
    const running = this.#fetching.get(blob.sha256);
    if (running !== undefined) return running;
    const fetching = this.#fetch(blob).finally(() => this.#fetching.delete(blob.sha256));
    this.#fetching.set(blob.sha256, fetching);
    return fetching;
  }

  async #fetch(blob: BlobName): Promise<void> {
    const { self, members } = this.#membership();
    for (const { id } of members) {
      if (id === self) continue;
      try {
        if (await this.#fetchFrom(id, blob)) return;
      } catch (error) {
        this.#logger.warn({ peer: id, sha256: blob.sha256, err: error }, 'a peer gave no blob');
      }
    }
    throw new BlobUnavailable(blob.sha256);
  }

  async #fetchFrom(peer: string, { sha256, size_bytes }: BlobName): Promise<boolean> {
    const timeoutMs = transferGraceMs + Math.ceil((size_bytes / minBytesPerSecond) * 1000);
    const body = await this.#peers.get(peer, sha256, AbortSignal.timeout(timeoutMs));
    if (body === null) return false;
    const staged = await this.#store.stage(body, size_bytes);
    if (staged.sha256 !== sha256) {
      await staged.discard();
      throw new Error(`${peer} sent bytes with the digest ${staged.sha256}`);
    }
    await staged.keep();
    this.#logger.info({ peer, sha256, size_bytes }, 'a blob was fetched from a peer');
    return true;
  }
}
