import type { SendEffect } from '../core/types.ts';
import type { Transport } from '../ports.ts';

/** Messages that must not leave before a batch is durable, in the order in which they were made. */
export class HeldMessages {
  readonly #transport: Pick<Transport, 'send'>;
  #held: SendEffect[] = [];

  constructor(transport: Pick<Transport, 'send'>) {
    this.#transport = transport;
  }

  send(effect: SendEffect, durableSeq: number): void {
    if (effect.after <= durableSeq) this.#transport.send(effect.to, effect.message);
    else this.#held.push(effect);
  }

  /** Lets go of what waited for `durableSeq`; what is of an older term is not sent at all. */
  release(durableSeq: number, term: number): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    for (const effect of held) {
      if (effect.after > durableSeq) this.#held.push(effect);
      else if (effect.if_term === term) this.#transport.send(effect.to, effect.message);
    }
  }
}
