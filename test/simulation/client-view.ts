import type { NodeId } from '../../src/raft/core/messages.ts';
import { check } from './violation.ts';

/** What clients have been told, all together: it must be true, and stay so. */
export class ClientView {
  readonly #acknowledgedWrites = new Map<string, number>();
  /** The highest index whose effect some client has seen. */
  #seen = 0;

  /** Writes that clients were told of. */
  get acknowledged(): number {
    return this.#acknowledgedWrites.size;
  }

  /** A client was told that its write is done. */
  writeAcknowledged(requestId: string, index: number): void {
    this.#acknowledgedWrites.set(requestId, index);
    this.#seen = Math.max(this.#seen, index);
  }

  /** What a read that begins now must see. */
  readBegins(): number {
    return this.#seen;
  }

  /** A read that began when `floor` had been seen was answered from a state at `index`. */
  readEnds(id: NodeId, floor: number, index: number): void {
    check(
      index >= floor,
      'LinearizableRead',
      `${id} answers from ${index}, ${floor} was seen before`,
    );
    this.#seen = Math.max(this.#seen, index);
  }

  /** At the end: every acknowledged write is there, where the client was told. */
  keepsAll(id: NodeId, done: ReadonlyMap<string, number>): void {
    for (const [requestId, index] of this.#acknowledgedWrites) {
      const found = done.get(requestId);
      check(
        found === index,
        'AcknowledgedIsKept',
        `${id} has ${requestId} at ${found}, not ${index}`,
      );
    }
  }
}
