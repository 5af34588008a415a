/** 8 bytes per entry, in chunks, so that growing copies nothing: a million entries are 8 MB. */
const CHUNK_ENTRIES = 8192;

/** Where each entry stands: segment and offset, by its place after the log's base. */
export class EntryPositions {
  readonly #chunks: Uint32Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(seq: number, offset: number): void {
    const chunk = Math.floor(this.#length / CHUNK_ENTRIES);
    if (chunk === this.#chunks.length) this.#chunks.push(new Uint32Array(2 * CHUNK_ENTRIES));
    const at = 2 * (this.#length % CHUNK_ENTRIES);
    this.#chunks[chunk]![at] = seq;
    this.#chunks[chunk]![at + 1] = offset;
    this.#length += 1;
  }

  /** Keeps the first `length` positions. */
  truncateTo(length: number): void {
    this.#length = length;
    this.#chunks.length = Math.ceil(length / CHUNK_ENTRIES);
  }

  segmentAt(place: number): number {
    return this.#chunks[Math.floor(place / CHUNK_ENTRIES)]![2 * (place % CHUNK_ENTRIES)]!;
  }

  offsetAt(place: number): number {
    return this.#chunks[Math.floor(place / CHUNK_ENTRIES)]![2 * (place % CHUNK_ENTRIES) + 1]!;
  }
}
