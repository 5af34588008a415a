/**
 * Randomness by counter: the k-th number of a stream is a hash of (seed, stream, k). Taking an event
 * out of a run does not shift the numbers of the other streams, so a failure can be shrunk.
 */
export class Randomness {
  readonly #seed: number;
  readonly #streams = new Map<string, Draws>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  stream(name: string): Draws {
    let draws = this.#streams.get(name);
    if (draws === undefined) {
      draws = new Draws(mix(this.#seed ^ hashText(name)));
      this.#streams.set(name, draws);
    }
    return draws;
  }
}

export class Draws {
  readonly #base: number;
  #count = 0;

  constructor(base: number) {
    this.#base = base;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#count += 1;
    return mix(this.#base + Math.imul(this.#count, 0x9e3779b9)) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** An integer, exponentially distributed, cut at 20 times the mean. */
  exponential(mean: number): number {
    return Math.min(Math.floor(-Math.log(1 - this.next()) * mean), mean * 20);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)] as T;
  }

  /** Picks a key by its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.next() * total;
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return (entries.at(-1) as [K, number])[0];
  }

  subset<T>(list: readonly T[], size: number): T[] {
    const rest = [...list];
    const chosen: T[] = [];
    while (chosen.length < size && rest.length > 0) {
      chosen.push(...rest.splice(this.between(0, rest.length - 1), 1));
    }
    return chosen;
  }
}

/** Every bit of the input moves half of the bits of the output (lowbias32). */
export function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}
