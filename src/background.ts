/** The work that a node does beside its requests; ended together. */
export class Background {
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #onFailure: (error: Error) => void;
  readonly #running: Promise<void>[] = [];

  /** @param onFailure work threw what it does not handle itself */
  constructor(signal: AbortSignal, onFailure: (error: Error) => void) {
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
    this.#onFailure = onFailure;
  }

  run(work: (until: AbortSignal) => Promise<void>): void {
    this.#running.push(work(this.#signal).catch(this.#onFailure));
  }

  /** Resolves when all of it has ended. */
  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }
}
