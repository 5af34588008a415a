import type { FileSystem } from './file-system.ts';

/**
 * What is left on the disk. `low`: the reserve is touched, so nothing new should be begun. `none`: half
 * of it is gone, or a file could not be made: commands wait, and only what is small and keeps the
 * cluster together (terms, votes, members) is still written, into space that is taken already.
 */
export type Room = 'enough' | 'low' | 'none';

/** Asks the file system how much is free, at a pace: an append need not wait for that. */
export class DiskRoom {
  readonly #fs: Pick<FileSystem, 'freeBytes'>;
  readonly #folder: string;
  readonly #reserveBytes: number;
  readonly #paceMs: number;
  readonly #now: () => number;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #room: Room = 'enough';

  /** @param now ms of a monotonic clock */
  constructor(
    fs: Pick<FileSystem, 'freeBytes'>,
    folder: string,
    limits: { readonly reserveBytes: number; readonly roomPaceMs: number },
    now: () => number,
  ) {
    this.#fs = fs;
    this.#folder = folder;
    this.#reserveBytes = limits.reserveBytes;
    this.#paceMs = limits.roomPaceMs;
    this.#now = now;
  }

  look(): Room {
    const now = this.#now();
    if (now - this.#measuredAt < this.#paceMs) return this.#room;
    this.#measuredAt = now;
    this.#room = this.#judge(this.#fs.freeBytes(this.#folder));
    return this.#room;
  }

  /** What was low is well again only with an eighth more: else it would go to and fro. */
  #judge(free: number): Room {
    if (free < this.#reserveBytes / 2) return 'none';
    const enough = this.#room === 'enough' ? this.#reserveBytes : this.#reserveBytes * 1.125;
    return free < enough ? 'low' : 'enough';
  }
}
