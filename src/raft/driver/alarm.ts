/** A timer that is later than this may be so because the event loop stood still. */
const lateMs = 20;

/**
 * One timer for the core's next deadline. A timer that fires late must first let the socket buffers
 * drain, two turns of the event loop: the leader's heartbeats may lie in them, and the timers phase
 * comes before the poll phase. (A stall of 500 ms gave a false election every time without this.)
 */
export class Alarm {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | null = null;
  #at = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** @param at by `performance.now()`; a later time than the armed one is looked at when it fires. */
  set(at: number): void {
    if (this.#closed || (this.#timer !== null && this.#at <= at)) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => this.#fired(), Math.max(0, at - performance.now()));
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #fired(): void {
    this.#timer = null;
    const late = performance.now() - this.#at > lateMs;
    this.#at = Number.POSITIVE_INFINITY;
    if (late) setImmediate(() => setImmediate(() => this.#due()));
    else this.#due();
  }

  #due(): void {
    if (!this.#closed) this.#onDue();
  }
}
