import type { LogEntry } from '../../src/raft/core/messages.ts';
import { mix } from './randomness.ts';

export interface Hashed {
  readonly term: number;
  /** Of this entry and all before it. */
  readonly hash: number;
}

/** A log as terms and chained hashes: equal hashes at an index mean equal logs up to it. */
export class HashedLog {
  #entries: Hashed[] = [];

  get lastIndex(): number {
    return this.#entries.length;
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? 0;
  }

  termAt(index: number): number {
    return this.#entries[index - 1]?.term ?? 0;
  }

  /** 0 before the first entry, -1 behind the last. */
  hashAt(index: number): number {
    if (index === 0) return 0;
    return this.#entries[index - 1]?.hash ?? -1;
  }

  push(entry: Hashed): void {
    this.#entries.push(entry);
  }

  /** Everything from `index` on goes. */
  truncateFrom(index: number): void {
    if (index > this.#entries.length + 1) throw new Error(`a gap before entry ${index}`);
    this.#entries.length = index - 1;
  }

  /** Becomes the history up to a snapshot. */
  startOver(history: readonly Hashed[]): void {
    this.#entries = [...history];
  }

  copy(other: HashedLog): void {
    this.#entries = [...other.#entries];
  }

  clone(): HashedLog {
    const clone = new HashedLog();
    clone.copy(this);
    return clone;
  }

  /** By the rule of paper §5.4.1. */
  isNewerThan(other: HashedLog): boolean {
    if (this.lastTerm !== other.lastTerm) return this.lastTerm > other.lastTerm;
    return this.lastIndex > other.lastIndex;
  }

  equals(other: HashedLog): boolean {
    const { lastIndex } = this;
    return lastIndex === other.lastIndex && this.hashAt(lastIndex) === other.hashAt(lastIndex);
  }
}

/** All entries that ever were: what stands before `index` and `term` can only be one log. */
export class EntryHashes {
  readonly #hashes = new Map<string, number>();
  readonly #contents = new WeakMap<Uint8Array, number>();

  /** The chained hash of an entry that was seen in some log. */
  of(entry: LogEntry): number | undefined {
    return this.#hashes.get(`${entry.index}/${entry.term}`);
  }

  /** The hash of `entry` behind `log`; null when the same index and term has stood behind another. */
  chained(log: HashedLog, entry: LogEntry): number | null {
    const content = mix(this.#content(entry.command) + entry.type);
    const hash = mix(log.hashAt(log.lastIndex) ^ mix(content + Math.imul(entry.term, 0x9e3779b9)));
    const key = `${entry.index}/${entry.term}`;
    const known = this.#hashes.get(key);
    if (known === undefined) this.#hashes.set(key, hash);
    return known === undefined || known === hash ? hash : null;
  }

  #content(command: Uint8Array): number {
    const known = this.#contents.get(command);
    if (known !== undefined) return known;
    let hash = command.length;
    for (const byte of command) hash = Math.imul(hash ^ byte, 0x01000193);
    hash = mix(hash);
    this.#contents.set(command, hash);
    return hash;
  }
}
