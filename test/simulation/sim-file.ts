import { type PowerCut, SECTOR_BYTES } from './power-cut.ts';

interface Write {
  readonly position: number;
  readonly bytes: Buffer;
}

/** A file as the page cache shows it, as the disk has it, and the writes that make the difference. */
export class SimFile {
  #cached: Buffer = Buffer.alloc(0);
  #durable: Buffer = Buffer.alloc(0);
  #unsynced: Write[] = [];

  get size(): number {
    return this.#cached.length;
  }

  read(into: Uint8Array, position: number): number {
    return this.#cached.copy(into, 0, position, position + into.length);
  }

  write(bytes: Uint8Array, position: number): void {
    const copy = Buffer.from(bytes);
    this.#cached = written(this.#cached, copy, position);
    this.#unsynced.push({ position, bytes: copy });
  }

  truncate(): void {
    this.#cached = Buffer.alloc(0);
    this.#durable = Buffer.alloc(0);
    this.#unsynced = [];
  }

  sync(): void {
    for (const { bytes, position } of this.#unsynced)
      this.#durable = written(this.#durable, bytes, position);
    this.#unsynced = [];
  }

  /** A failed fsync: the pages are marked clean, reads show them, the disk never gets them. */
  dropUnsynced(): void {
    this.#unsynced = [];
  }

  powerCut(cut: PowerCut): void {
    this.#unsynced.forEach(({ position, bytes }, write) => {
      for (const { from, to, sector } of sectorsOf(position, bytes.length))
        if (cut.keepsSector(write, this.#unsynced.length, sector))
          this.#durable = written(this.#durable, bytes.subarray(from, to), position + from);
    });
    this.#unsynced = [];
    this.#cached = Buffer.from(this.#durable);
  }

  /** Damage at rest: on the disk and, since nobody has the file in memory, in what is read. */
  flipBit(position: number, bit: number): void {
    this.#cached[position]! ^= 1 << bit;
    this.#durable[position]! ^= 1 << bit;
  }

  clone(): SimFile {
    const copy = new SimFile();
    copy.#cached = Buffer.from(this.#cached);
    copy.#durable = Buffer.from(this.#durable);
    copy.#unsynced = [...this.#unsynced];
    return copy;
  }
}

function written(old: Buffer, bytes: Uint8Array, position: number): Buffer {
  const end = position + bytes.length;
  const target = end <= old.length ? old : Buffer.concat([old, Buffer.alloc(end - old.length)]);
  target.set(bytes, position);
  return target;
}

/** The parts of a write that fall in different sectors of the file. */
function sectorsOf(
  position: number,
  length: number,
): { from: number; to: number; sector: number }[] {
  const parts = [];
  for (let from = 0, sector = 0; from < length; sector += 1) {
    const to = Math.min(length, from + SECTOR_BYTES - ((position + from) % SECTOR_BYTES));
    parts.push({ from, to, sector });
    from = to;
  }
  return parts;
}
