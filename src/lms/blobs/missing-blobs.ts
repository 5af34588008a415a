import { setTimeout as sleep } from 'node:timers/promises';
import { type FileBlob, fileBlobsAfter, lastFileSequence } from '../queries/files.ts';
import { namedBlobBytes } from '../queries/named-blobs.ts';
import type { Reader } from '../reader.ts';
import { BlobUnavailable } from './blob-reader.ts';
import type { BlobStore } from './blob-store.ts';
import {
  firstMissingRetryMs,
  fullPassMs,
  lastMissingRetryMs,
  maxMissingBlobs,
  missingBatchFiles,
  missingPollMs,
} from './limits.ts';

type NamedBlob = Pick<FileBlob, 'sha256' | 'size_bytes'>;

interface Fetcher {
  fetch(blob: NamedBlob): Promise<void>;
}

interface Logger {
  warn(details: object, message: string): void;
}

/**
 * Fetches in the background what the table `files` names and the store lacks, one blob at a time:
 * the rest of a majority write, what was committed while this node was away, a disk that was lost.
 * Its state is the table itself, so a restart only means one more pass.
 */
export class MissingBlobs {
  readonly #reader: Reader;
  readonly #store: Pick<BlobStore, 'has'>;
  readonly #fetcher: Fetcher;
  readonly #logger: Logger;
  readonly #missing = new Map<string, NamedBlob>();
  /** Rows up to here were compared. */
  #comparedTo = 0;

  constructor(reader: Reader, store: Pick<BlobStore, 'has'>, fetcher: Fetcher, logger: Logger) {
    this.#reader = reader;
    this.#store = store;
    this.#fetcher = fetcher;
    this.#logger = logger;
  }

  /** Blobs that no peer could give so far. */
  get count(): number {
    return this.#missing.size;
  }

  /** Found missing or damaged elsewhere, and not to be had now. */
  add(blob: NamedBlob): void {
    if (this.#missing.size < maxMissingBlobs) this.#missing.set(blob.sha256, blob);
  }

  /**
   * Of all files that were applied here, how many this node lacks after it has tried to fetch them; counts
   * up to `maxMissingBlobs`. Rejects when `signal` fires before it knows.
   */
  async lacking(signal: AbortSignal): Promise<number> {
    await this.compareUpTo(lastFileSequence(this.#reader), signal);
    if (this.#missing.size > 0) await this.retry(signal);
    signal.throwIfAborted();
    return this.#missing.size;
  }

  /** Compares and fetches until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    let seen = 0;
    let pauseMs = firstMissingRetryMs;
    let retryAt = 0;
    let fullPassAt = performance.now() + fullPassMs;
    while (!signal.aborted) {
      try {
        await this.compareUpTo(seen, signal);
        // A row is compared one poll after it was seen: the bytes may be on their way already.
        seen = lastFileSequence(this.#reader);
        if (this.#missing.size > 0 && performance.now() >= retryAt) {
          const fetched = await this.retry(signal);
          pauseMs = fetched > 0 ? firstMissingRetryMs : Math.min(pauseMs * 2, lastMissingRetryMs);
          retryAt = performance.now() + pauseMs;
        }
      } catch (error) {
        this.#logger.warn({ err: error }, 'the search for missing blobs failed; it goes on');
      }
      if (performance.now() >= fullPassAt) {
        this.#comparedTo = 0;
        fullPassAt = performance.now() + fullPassMs;
      }
      await sleep(missingPollMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Looks for the blobs of the rows up to `sequence` that were not compared yet. */
  async compareUpTo(sequence: number, signal: AbortSignal): Promise<void> {
    while (this.#comparedTo < sequence && !signal.aborted) {
      const rows = fileBlobsAfter(this.#reader, this.#comparedTo, missingBatchFiles);
      for (const row of rows) {
        if (signal.aborted || row.sequence > sequence) return;
        if (!(await this.#store.has(row.sha256))) await this.#tryToFetch(row);
        this.#comparedTo = row.sequence;
      }
      if (rows.length === 0) this.#comparedTo = sequence;
    }
  }

  /** Tries each missing blob again, and returns how many came. */
  async retry(signal: AbortSignal): Promise<number> {
    const before = this.#missing.size;
    for (const blob of [...this.#missing.values()]) {
      if (signal.aborted) break;
      const isNeeded = namedBlobBytes(this.#reader, blob.sha256) !== null;
      if (!isNeeded || (await this.#store.has(blob.sha256))) this.#missing.delete(blob.sha256);
      else await this.#tryToFetch(blob);
    }
    return before - this.#missing.size;
  }

  async #tryToFetch(blob: NamedBlob): Promise<void> {
    try {
      await this.#fetcher.fetch(blob);
      this.#missing.delete(blob.sha256);
    } catch (error) {
      if (!(error instanceof BlobUnavailable)) throw error;
      this.add(blob);
    }
  }
}
