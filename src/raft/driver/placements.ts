import type { ForwardError } from '../core/messages.ts';

export type Placement =
  | { readonly index: number; readonly term: number; readonly error: '' }
  | { readonly index: 0; readonly term: 0; readonly error: ForwardError };

interface Place {
  index: number;
  term: number;
  readonly waiting: ((placement: Placement) => void)[];
}

/**
 * Where the leader put the commands that are not applied yet. A command that comes again while it is
 * on its way is not appended again: with a slow disk, retries would drown the cluster.
 */
export class Placements {
  readonly #propose: (requestId: string, command: Uint8Array) => void;
  readonly #places = new Map<string, Place>();

  /** @param propose gives the command to the core, which answers by `proposed` or `refused` */
  constructor(propose: (requestId: string, command: Uint8Array) => void) {
    this.#propose = propose;
  }

  place(requestId: string, command: Uint8Array, done: (placement: Placement) => void): void {
    const known = this.#places.get(requestId);
    if (known === undefined) {
      this.#places.set(requestId, { index: 0, term: 0, waiting: [done] });
      this.#propose(requestId, command);
    } else if (known.index === 0) {
      known.waiting.push(done);
    } else {
      done({ index: known.index, term: known.term, error: '' });
    }
  }

  proposed(requestId: string, index: number, term: number): void {
    const place = this.#places.get(requestId);
    if (place === undefined) return;
    place.index = index;
    place.term = term;
    for (const done of place.waiting.splice(0)) done({ index, term, error: '' });
  }

  refused(requestId: string, error: ForwardError): void {
    const place = this.#places.get(requestId);
    this.#places.delete(requestId);
    for (const done of place?.waiting ?? []) done({ index: 0, term: 0, error });
  }

  applied(requestId: string): void {
    this.#places.delete(requestId);
  }

  /** No longer the leader: what was placed may be lost, and has to be looked for at the next one. */
  forget(): void {
    for (const [requestId, place] of this.#places) {
      if (place.index > 0) this.#places.delete(requestId);
    }
  }
}
