import type { NodeId } from '../../src/raft/core/messages.ts';
import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Marks } from './marks.ts';
import type { Randomness } from './randomness.ts';

const latestUs = 1_500_000;
/** Beyond it a link drops: without a bound, doubling and pipelining feed each other. */
const maxOnLink = 200;
const calmDelayUs = 1_000;

/** Carries what nodes say late, twice, in any order, or not at all. */
export class Network {
  readonly #heap: EventHeap;
  readonly #random: Randomness;
  readonly #marks: Marks;
  readonly #conditions: Conditions;
  readonly #cut = new Set<string>();
  readonly #onLink = new Map<string, number>();
  /** No faults of its own any more. */
  calm = false;

  constructor(parts: {
    readonly heap: EventHeap;
    readonly random: Randomness;
    readonly marks: Marks;
    readonly conditions: Conditions;
  }) {
    this.#heap = parts.heap;
    this.#random = parts.random;
    this.#marks = parts.marks;
    this.#conditions = parts.conditions;
  }

  send(from: NodeId, to: NodeId, arrive: () => void): void {
    const link = `${from}>${to}`;
    if (this.#cut.has(link)) return;
    const draws = this.#random.stream(`network ${link}`);
    const { dropped, doubled } = this.#conditions;
    if (!this.calm && draws.chance(dropped)) {
      this.#marks.hit('message_dropped');
      return;
    }
    this.#carry(link, arrive);
    if (!this.calm && draws.chance(doubled)) {
      this.#marks.hit('message_doubled');
      this.#carry(link, arrive);
    }
  }

  /** One way. What is on its way arrives. */
  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(`${from}>${to}`);
  }

  healAll(): void {
    this.#cut.clear();
  }

  #carry(link: string, arrive: () => void): void {
    const onLink = this.#onLink.get(link) ?? 0;
    if (onLink >= maxOnLink) return;
    this.#onLink.set(link, onLink + 1);
    this.#heap.after(this.#delay(link), () => {
      this.#onLink.set(link, (this.#onLink.get(link) ?? 1) - 1);
      arrive();
    });
  }

  #delay(link: string): number {
    if (this.calm) return calmDelayUs;
    const { late, delay_min_us: min, delay_mean_us: mean } = this.#conditions;
    const draws = this.#random.stream(`delay ${link}`);
    if (draws.chance(late)) return draws.between(0, latestUs);
    return min + draws.exponential(mean);
  }
}
