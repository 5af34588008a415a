import { encodeAfter } from './codec.ts';
import { Refused } from './refusals.ts';

/** The byte after the length. Numbers are the wire's: never reuse one. */
export const FRAME_KIND = {
  Handshake: 0,
  VoteRequest: 1,
  VoteResponse: 2,
  AppendEntriesRequest: 3,
  AppendEntriesResponse: 4,
  ReadIndexRequest: 5,
  ReadIndexResponse: 6,
  ForwardRequest: 7,
  ForwardResponse: 8,
  Refusal: 9,
  TimeoutNowRequest: 10,
} as const;

export type FrameName = keyof typeof FRAME_KIND;

const NAMES = new Map<number, FrameName>(
  Object.entries(FRAME_KIND).map(([name, kind]) => [kind, name as FrameName]),
);

export function frameName(kind: number): FrameName | undefined {
  return NAMES.get(kind);
}

/** `[u32 length][u8 kind][MessagePack map]`, big-endian; the length counts kind and map. */
const LENGTH_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + 1;

export function encodeFrame(name: FrameName, body: object): Buffer {
  const frame = encodeAfter(HEADER_BYTES, body);
  frame.writeUInt32BE(frame.length - LENGTH_BYTES, 0);
  frame.writeUInt8(FRAME_KIND[name], LENGTH_BYTES);
  return frame;
}

/** Cuts a byte stream into frames. Bodies are views of the chunks they came in. */
export class FrameReader {
  readonly #onFrame: (kind: number, body: Buffer) => void;
  #maxFrameBytes: number;
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Bytes without which no frame can be cut from the parts. */
  #neededBytes = LENGTH_BYTES;

  constructor(maxFrameBytes: number, onFrame: (kind: number, body: Buffer) => void) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#onFrame = onFrame;
  }

  /** For what comes after the current frame. */
  set maxFrameBytes(bytes: number) {
    this.#maxFrameBytes = bytes;
  }

  /** True between frames. */
  get idle(): boolean {
    return this.#partBytes === 0;
  }

  /** Throws `Refused` 'oversized' or 'malformed': the stream cannot be read on. */
  push(chunk: Buffer): void {
    let rest = chunk;
    while (this.#partBytes > 0) {
      const missing = this.#neededBytes - this.#partBytes;
      const piece = rest.subarray(0, missing);
      this.#parts.push(piece);
      this.#partBytes += piece.length;
      if (piece.length < missing) return;
      rest = rest.subarray(missing);
      this.#cut(this.#joined());
    }
    this.#cut(rest);
  }

  /** Only what the split frame needs is copied; the others stay where they came in. */
  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts, this.#partBytes);
    this.#parts = [];
    this.#partBytes = 0;
    return joined;
  }

  #cut(bytes: Buffer): void {
    let at = 0;
    this.#neededBytes = LENGTH_BYTES;
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = this.#checkedLength(bytes.readUInt32BE(at));
      if (bytes.length - at < LENGTH_BYTES + length) {
        this.#neededBytes = LENGTH_BYTES + length;
        break;
      }
      const start = at + LENGTH_BYTES;
      at = start + length;
      this.#onFrame(bytes.readUInt8(start), bytes.subarray(start + 1, at));
    }
    if (at < bytes.length) {
      this.#parts.push(bytes.subarray(at));
      this.#partBytes = bytes.length - at;
    }
  }

  #checkedLength(length: number): number {
    if (length === 0) throw new Refused('malformed', 'a frame of no bytes has no kind');
    if (length > this.#maxFrameBytes) {
      throw new Refused(
        'oversized',
        `a frame of ${length} bytes is over the limit of ${this.#maxFrameBytes}`,
      );
    }
    return length;
  }
}
