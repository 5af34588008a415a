/** Less than this is an adjustment of the wall clock; leases leave room for as much. */
const jumpMs = 50;

/**
 * The monotonic clock of Linux stands still while a machine is suspended, the wall clock does not. A
 * wall clock that is set by hand looks the same, and costs a round of questions.
 */
export class ClockJumps {
  readonly #now: () => number;
  readonly #wall: () => number;
  #offset: number;

  /** @param now the monotonic clock, @param wall the other one, in ms */
  constructor(now: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#now = now;
    this.#wall = wall;
    this.#offset = wall() - now();
  }

  /** Whether one happened since the last call. */
  seen(): boolean {
    const offset = this.#wall() - this.#now();
    const jumped = Math.abs(offset - this.#offset) > jumpMs;
    this.#offset = offset;
    return jumped;
  }
}
