import argon2 from 'argon2';
import { maxHashesAtOnce, maxHashesWaiting } from './limits.ts';
import { Slots } from './slots.ts';
import { text } from './units.ts';

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Of no password: what a name without an account is verified against, so that it takes as long. */
const HASH_OF_NOTHING = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** A password that somebody chooses. */
export const newPassword = text(7, 256).openapi({ example: 'correct horse battery staple' });
/** A password that somebody gives to prove who they are. */
export const givenPassword = text(1, 256).openapi({ example: 'correct horse battery staple' });

/** Hashes and verifies off the event loop, few at a time: both may reject with `overloaded`. */
export class Passwords {
  readonly #slots = new Slots(maxHashesAtOnce, maxHashesWaiting);

  /** PHC string. */
  hash(password: string): Promise<string> {
    return this.#slots.run(() => argon2.hash(password.normalize('NFC'), COST));
  }

  /**
   * @param hash of the account, `null` when there is none: the answer is no and takes as long.
   * @param allowed asked when the turn has come, just before the work is done; may throw.
   */
  verify(hash: string | null, password: string, allowed: () => void): Promise<boolean> {
    return this.#slots.run(() => {
      allowed();
      return argon2.verify(hash ?? HASH_OF_NOTHING, password.normalize('NFC'));
    });
  }
}
