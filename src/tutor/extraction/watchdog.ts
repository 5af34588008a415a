import { existsSync } from 'node:fs';
import { extractionLimits } from '../limits.ts';
import { residentBytes } from './confined-child.ts';

/** False where memory cannot be watched; then only the heap limit and the wall clock hold. */
export const memoryIsWatched = existsSync('/proc/self/status');

/** Bounds on one child process; the defaults are those of `extractionLimits`. */
export interface ChildBounds {
  readonly maxResidentBytes: number;
  readonly wallMs: (pageCount: number) => number;
}

export const defaultBounds: ChildBounds = {
  maxResidentBytes: extractionLimits.maxResidentBytes,
  wallMs: (pageCount) =>
    Math.min(
      extractionLimits.maxWallMs,
      extractionLimits.baseWallMs + pageCount * extractionLimits.wallMsPerPage,
    ),
};

/** Calls `overrun` once, with the reason in words, when the process leaves its bounds. */
export class Watchdog {
  readonly #pid: number;
  readonly #bounds: ChildBounds;
  readonly #overrun: (reason: string) => void;
  readonly #startedAt = performance.now();
  readonly #poll: NodeJS.Timeout | null;
  #deadline: NodeJS.Timeout;
  #stopped = false;

  constructor(pid: number, bounds: ChildBounds, overrun: (reason: string) => void) {
    this.#pid = pid;
    this.#bounds = bounds;
    this.#overrun = overrun;
    this.#deadline = this.#startDeadline(0);
    this.#poll = memoryIsWatched
      ? setInterval(() => void this.#checkMemory(), extractionLimits.residentPollMs)
      : null;
  }

  /** A longer document gets more time, counted from the start. */
  allowFor(pageCount: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#deadline);
    this.#deadline = this.#startDeadline(pageCount);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#deadline);
    if (this.#poll !== null) clearInterval(this.#poll);
  }

  #startDeadline(pageCount: number): NodeJS.Timeout {
    const wallMs = this.#bounds.wallMs(pageCount);
    const left = this.#startedAt + wallMs - performance.now();
    return setTimeout(() => {
      this.#fail(`Reading it took longer than ${Math.round(wallMs / 1000)} seconds.`);
    }, left);
  }

  async #checkMemory(): Promise<void> {
    const resident = await residentBytes(this.#pid);
    if (resident !== null && resident > this.#bounds.maxResidentBytes) {
      const allowed = Math.round(this.#bounds.maxResidentBytes / (1024 * 1024));
      this.#fail(`Reading it took more than ${allowed} MB of memory.`);
    }
  }

  #fail(reason: string): void {
    if (this.#stopped) return;
    this.stop();
    this.#overrun(reason);
  }
}
