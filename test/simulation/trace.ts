import { hashText, mix } from './randomness.ts';

/** A running hash of all that happened: two runs of a seed must agree in every event. */
export class Trace {
  #hash = 0;
  events = 0;
  readonly #tell: ((line: string) => void) | null;

  /** @param tell where the story of the run goes, for a person to read */
  constructor(tell: ((line: string) => void) | null) {
    this.#tell = tell;
  }

  /** Costs nothing when nobody listens. */
  tell(line: () => string): void {
    if (this.#tell !== null) this.#tell(line());
  }

  add(...parts: readonly (string | number)[]): void {
    this.events += 1;
    for (const part of parts) {
      const value = typeof part === 'string' ? hashText(part) : mix(part) ^ mix(part / 2 ** 32);
      this.#hash = mix(Math.imul(this.#hash, 31) + value);
    }
  }

  get hash(): string {
    return this.#hash.toString(16).padStart(8, '0');
  }
}
