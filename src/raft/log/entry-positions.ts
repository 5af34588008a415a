/** 8 bytes per entry, in chunks, so that growing copies nothing: a million entries are 8 MB. */
const CHUNK_ENTRIES = 8192;

/** Where each entry stands: segment and offset, by its place after the log's base. */
export class EntryPositions {
  readonly #chunks: Uint32Array[] = [];
  /** Places of the first chunk that were forgotten. */
  #skipped = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(seq: number, offset: number): void {
    const slot = this.#skipped + this.#length;
    const chunk = Math.floor(slot / CHUNK_ENTRIES);
    if (chunk === this.#chunks.length) this.#chunks.push(new Uint32Array(2 * CHUNK_ENTRIES));
    const at = 2 * (slot % CHUNK_ENTRIES);
    this.#chunks[chunk]![at] = seq;
    this.#chunks[chunk]![at + 1] = offset;
    this.#length += 1;
  }

  /** Keeps the first `length` positions. */
  truncateTo(length: number): void {
    this.#length = length;
    this.#chunks.length = Math.ceil((this.#skipped + length) / CHUNK_ENTRIES);
  }

  /** Forgets the first `count` positions: what was at place `count` is now at place 0. */
  dropFirst(count: number): void {
    const skipped = this.#skipped + count;
    this.#chunks.splice(0, Math.floor(skipped / CHUNK_ENTRIES));
    this.#skipped = skipped % CHUNK_ENTRIES;
    this.#length -= count;
  }

  segmentAt(place: number): number {
    return this.#at(place, 0);
  }

  offsetAt(place: number): number {
    return this.#at(place, 1);
  }

  #at(place: number, field: 0 | 1): number {
    const slot = this.#skipped + place;
    return this.#chunks[Math.floor(slot / CHUNK_ENTRIES)]![2 * (slot % CHUNK_ENTRIES) + field]!;
  }
}
