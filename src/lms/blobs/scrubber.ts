import { setTimeout as sleep } from 'node:timers/promises';
import { BlobUnavailable } from './blob-reader.ts';
import { BlobDamaged, BlobMissing } from './blob-store.ts';
import type { BlobFigures } from './figures.ts';
import { minScrubPauseMs, scrubPauseMs } from './limits.ts';

interface NamedBlob {
  readonly sha256: string;
  readonly size_bytes: number;
}

interface Shelves {
  readonly shards: readonly string[];
  list(shard: string): Promise<string[]>;
  /** Throws `BlobDamaged` and `BlobMissing`. */
  verify(sha256: string, pace: (bytes: number) => Promise<void>): Promise<void>;
}

interface Repair {
  /** Throws `BlobUnavailable`. */
  fetch(blob: NamedBlob): Promise<void>;
  /** Tries again, until a peer has it. */
  fetchLater(blob: NamedBlob): void;
}

interface Logger {
  warn(details: object, message: string): void;
}

/**
 * Reads this node's blobs again and again, slowly, so that damage is found while others still have good
 * bytes. What is damaged was moved aside by the store; what is needed of it comes from a peer.
 */
export class Scrubber {
  readonly #shelves: Shelves;
  readonly #sizeOf: (sha256: string) => number | null;
  readonly #repair: Repair;
  readonly #figures: BlobFigures;
  readonly #logger: Logger;

  /** @param sizeOf `null`: no row names it */
  constructor(
    shelves: Shelves,
    sizeOf: (sha256: string) => number | null,
    repair: Repair,
    figures: BlobFigures,
    logger: Logger,
  ) {
    this.#shelves = shelves;
    this.#sizeOf = sizeOf;
    this.#repair = repair;
    this.#figures = figures;
    this.#logger = logger;
  }

  /** @param bytesPerSecond 0: not at all */
  async run(bytesPerSecond: number, signal: AbortSignal): Promise<void> {
    if (bytesPerSecond === 0) return;
    // Nodes that are often restarted would else read the same shards each time.
    const first = Math.floor(Math.random() * this.#shelves.shards.length);
    const pace = async (bytes: number) => {
      await rest(Math.max(minScrubPauseMs, (bytes / bytesPerSecond) * 1000), signal);
    };
    while (!signal.aborted) {
      try {
        await this.pass(pace, signal, first);
      } catch (error) {
        this.#logger.warn({ err: error }, 'the blobs could not be checked; tried again');
      }
      await rest(scrubPauseMs, signal);
    }
  }

  /** Once over all blobs, from one shard on and around to it. */
  async pass(
    pace: (bytes: number) => Promise<void>,
    signal: AbortSignal,
    first = 0,
  ): Promise<void> {
    const { shards } = this.#shelves;
    for (const shard of [...shards.slice(first), ...shards.slice(0, first)]) {
      for (const sha256 of await this.#shelves.list(shard)) {
        if (signal.aborted) return;
        await this.#check(sha256, pace);
      }
    }
    if (!signal.aborted) this.#figures.passEnded();
  }

  async #check(sha256: string, pace: (bytes: number) => Promise<void>): Promise<void> {
    try {
      await this.#shelves.verify(sha256, (bytes) => {
        this.#figures.scrubbed(bytes);
        return pace(bytes);
      });
    } catch (error) {
      if (error instanceof BlobMissing) return;
      if (!(error instanceof BlobDamaged)) throw error;
      await this.#mend(sha256);
    }
  }

  async #mend(sha256: string): Promise<void> {
    const size = this.#sizeOf(sha256);
    if (size === null) return;
    const blob = { sha256, size_bytes: size };
    try {
      await this.#repair.fetch(blob);
    } catch (error) {
      if (!(error instanceof BlobUnavailable)) throw error;
      this.#repair.fetchLater(blob);
    }
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}
