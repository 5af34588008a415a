import { payloadTooLarge } from '../uploads.ts';

/**
 * Cuts a body into parts. A body that breaks off ends its last part early, so that what has come is not
 * lost; a body with more than it may have fails the part in which that is seen.
 */
export class BodyParts {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #left: number;
  #rest: Uint8Array = new Uint8Array();
  /** The body has ended, well or not. */
  ended = false;
  /** Why it ended before its end. */
  failure: unknown = null;

  /** @param maxBytes of the whole body */
  constructor(body: AsyncIterable<Uint8Array>, maxBytes: number) {
    this.#pieces = body[Symbol.asyncIterator]();
    this.#left = maxBytes;
  }

  /** The next part, to be read before the next is asked for: at most so many bytes, fewer at the end. */
  async *next(maxBytes: number): AsyncGenerator<Uint8Array> {
    for (let left = maxBytes; left > 0; ) {
      const piece = this.#rest.length > 0 ? this.#rest : await this.#read();
      if (piece === null) return;
      const now = piece.subarray(0, left);
      this.#rest = piece.subarray(now.length);
      left -= now.length;
      yield now;
    }
    // Whether there is more decides whether this part is the last one.
    if (this.#rest.length === 0) this.#rest = (await this.#read()) ?? new Uint8Array();
  }

  /** What is left of the body is the server's to read away. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  async #read(): Promise<Uint8Array | null> {
    if (this.ended) return null;
    try {
      const { done, value } = await this.#pieces.next();
      if (done !== true) return this.#counted(value);
    } catch (error) {
      if (this.#left < 0) throw error;
      this.failure = error;
    }
    this.ended = true;
    return null;
  }

  #counted(piece: Uint8Array): Uint8Array {
    this.#left -= piece.length;
    if (this.#left < 0) throw payloadTooLarge('The body has more than the upload lacks.');
    return piece;
  }
}
