import {
  snapshotEntries,
  snapshotIntervalMs,
  snapshotJitter,
  snapshotLogBytes,
  snapshotRetryMs,
  snapshotSizePerLogByte,
} from './limits.ts';

/** Decides when a snapshot is due: by entries or bytes of the log since the last one. */
export class SnapshotTrigger {
  readonly #factor: number;
  #sinceIndex: number;
  #sinceBytes = 0;
  #snapshotBytes: number;
  #notBefore = 0;

  /**
   * @param since index and size of the newest snapshot, 0 and 0 when there is none
   * @param random in [0, 1): sets this node apart from the others
   */
  constructor(since: { readonly index: number; readonly size_bytes: number }, random: number) {
    this.#sinceIndex = since.index;
    this.#snapshotBytes = since.size_bytes;
    this.#factor = 1 + random * snapshotJitter;
  }

  applied(bytes: number): void {
    this.#sinceBytes += bytes;
  }

  /** @param now ms of a monotonic clock */
  isDue(appliedIndex: number, now: number): boolean {
    if (now < this.#notBefore) return false;
    if (this.#sinceBytes * snapshotSizePerLogByte < this.#snapshotBytes) return false;
    const entries = appliedIndex - this.#sinceIndex;
    return (
      entries >= snapshotEntries * this.#factor ||
      this.#sinceBytes >= snapshotLogBytes * this.#factor
    );
  }

  taken(snapshot: { readonly index: number; readonly size_bytes: number }, now: number): void {
    this.#sinceIndex = snapshot.index;
    this.#sinceBytes = 0;
    this.#snapshotBytes = snapshot.size_bytes;
    this.#notBefore = now + snapshotIntervalMs;
  }

  failed(now: number): void {
    this.#notBefore = now + snapshotRetryMs;
  }
}
