import { ollamaLimits } from '../limits.ts';
import { OllamaError, type OllamaErrorCode } from './ollama-error.ts';

/** What says that the server is ill; a missing model or a long prompt says nothing about it. */
const illness: ReadonlySet<OllamaErrorCode> = new Set([
  'unreachable',
  'busy',
  'failed',
  'first_byte_timeout',
  'idle_timeout',
  'total_timeout',
]);

/**
 * Spares students the wait for a server that is known to be ill: after three failures within
 * 30 s it refuses for 15 s, then asks with a cheap probe before it lets a request through.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  #failures: number[] = [];
  #openUntil: number | null = null;
  #probing: Promise<boolean> | null = null;

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  get isOpen(): boolean {
    return this.#openUntil !== null;
  }

  /**
   * Returns when a request may go out.
   * @param probe resolves when the server answers; asked once for all who wait
   * @throws OllamaError `breaker_open`
   */
  async admit(probe: () => Promise<unknown>): Promise<void> {
    if (this.#openUntil === null) return;
    if (this.#now() < this.#openUntil) throw refused();
    this.#probing ??= this.#probe(probe);
    if (!(await this.#probing)) throw refused();
  }

  succeeded(): void {
    this.#failures = [];
    this.#openUntil = null;
  }

  failed(code: OllamaErrorCode): void {
    if (!illness.has(code)) return;
    const now = this.#now();
    this.#failures = this.#failures.filter((at) => now - at < ollamaLimits.breakerWindowMs);
    this.#failures.push(now);
    if (this.#failures.length >= ollamaLimits.breakerFailures) {
      this.#openUntil = now + ollamaLimits.breakerOpenMs;
    }
  }

  async #probe(probe: () => Promise<unknown>): Promise<boolean> {
    try {
      await probe();
      this.succeeded();
      return true;
    } catch {
      this.#openUntil = this.#now() + ollamaLimits.breakerOpenMs;
      return false;
    } finally {
      this.#probing = null;
    }
  }
}

function refused(): OllamaError {
  return new OllamaError(
    'breaker_open',
    'Ollama failed several times just now; not asked again yet',
  );
}
