import { setTimeout as wait } from 'node:timers/promises';
import type { ChatRequest } from 'ollama/browser';
import { ollamaLimits } from '../limits.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { GuardedRequest, type Timeouts } from './guarded-request.ts';
import { OllamaError, type OllamaErrorCode, ollamaErrorOf } from './ollama-error.ts';
import { ThinkingFilter } from './thinking-filter.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatOptions {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly signal?: AbortSignal | undefined;
}

/** Is the model there to be asked? `detail` tells an administrator what to do. */
export interface OllamaStatus {
  readonly state: 'ready' | 'unreachable' | 'model_missing' | 'paused';
  readonly model: string;
  readonly version: string | null;
  readonly detail: string | null;
}

/** Not in ollama-js's types, but passed on as they are: refuse a prompt that is too long. */
interface StrictChatRequest extends ChatRequest {
  readonly stream: true;
  readonly truncate: false;
  readonly shift: false;
}

const defaultTimeouts: Timeouts = ollamaLimits;

/** One Ollama server and one model. Every failure is an `OllamaError`. */
export class OllamaClient {
  readonly model: string;
  readonly #host: string;
  readonly #timeouts: Timeouts;
  readonly #breaker: CircuitBreaker;
  readonly #now: () => number;
  /** When the server last answered anything. */
  #heardAt = Number.NEGATIVE_INFINITY;
  /** This model has answered without a stray `</think>`: its text may go out as it comes. */
  #isKnownClean = false;

  /**
   * @param options.host from the configuration only, never from a request
   * @param options.now monotonic ms, for tests
   */
  constructor(options: {
    host: string;
    model: string;
    timeouts?: Partial<Timeouts>;
    now?: () => number;
  }) {
    this.#host = options.host;
    this.model = options.model;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#now = options.now ?? (() => performance.now());
    this.#breaker = new CircuitBreaker(this.#now);
  }

  /**
   * The answer, piece by piece, without any thinking. Asked again at most twice, and only before
   * the first piece was given out.
   *
   * @throws OllamaError; `bad_output` when the answer has no text
   */
  async *chat(messages: readonly ChatMessage[], options: ChatOptions): AsyncGenerator<string> {
    await this.#breaker.admit(() => this.version());
    for (let attempt = 0; ; attempt += 1) {
      let hasSpoken = false;
      try {
        await this.#requireAlive(options.signal);
        for await (const piece of this.#chatOnce(messages, options)) {
          hasSpoken = true;
          yield piece;
        }
        this.#breaker.succeeded();
        return;
      } catch (error) {
        const typed = ollamaErrorOf(error);
        if (hasSpoken || !typed.transient || attempt >= ollamaLimits.retries) {
          this.#breaker.failed(typed.code);
          throw typed;
        }
        await pause(attempt, options.signal);
      }
    }
  }

  /** The server's version. @throws OllamaError */
  version(signal?: AbortSignal): Promise<string> {
    return this.#probe(async (request) => (await request.client.version()).version, signal);
  }

  /** Looks at server and model without waking the model. Never throws. */
  async status(): Promise<OllamaStatus> {
    const { model } = this;
    try {
      const version = await this.version();
      const { models } = await this.#probe((request) => request.client.list());
      if (!models.some((installed) => isSameModel(installed.name, model))) {
        const detail = `Ollama does not have the model. Run: ollama pull ${model}`;
        return { state: 'model_missing', model, version, detail };
      }
      const detail = 'It failed several times just now and is left alone for some seconds.';
      return this.#breaker.isOpen
        ? { state: 'paused', model, version, detail }
        : { state: 'ready', model, version, detail: null };
    } catch (error) {
      const { message } = ollamaErrorOf(error);
      return { state: 'unreachable', model, version: null, detail: message };
    }
  }

  /**
   * A server that hangs, or an address where nobody is, is found out by a cheap question within
   * seconds, not by the long wait that a model may take.
   */
  async #requireAlive(signal: AbortSignal | undefined): Promise<void> {
    if (this.#now() - this.#heardAt > ollamaLimits.aliveMs) await this.version(signal);
  }

  async *#chatOnce(messages: readonly ChatMessage[], options: ChatOptions): AsyncGenerator<string> {
    const request = new GuardedRequest(this.#host, this.#timeouts, options.signal);
    const filter = new ThinkingFilter({ holdAll: !this.#isKnownClean });
    let length = 0;
    try {
      const stream = await request.client.chat(this.#chatRequest(messages, options));
      for await (const { message } of stream) {
        const piece = filter.push(message?.content ?? '');
        length += piece.length;
        if (piece !== '') yield piece;
      }
      const rest = filter.end();
      if (length + rest.trim().length === 0) {
        throw new OllamaError('bad_output', 'the model gave no text (or nothing but thinking)');
      }
      this.#isKnownClean = !filter.sawStrayEnd;
      this.#heardAt = this.#now();
      if (rest !== '') yield rest;
    } catch (error) {
      throw request.errorOf(error);
    } finally {
      request.dispose();
    }
  }

  #chatRequest(messages: readonly ChatMessage[], options: ChatOptions): StrictChatRequest {
    return {
      model: this.model,
      messages: messages.map(({ role, content }) => ({ role, content })),
      stream: true,
      think: false,
      truncate: false,
      shift: false,
      keep_alive: ollamaLimits.keepAlive,
      options: {
        num_ctx: ollamaLimits.contextTokens,
        num_predict: options.maxTokens,
        temperature: options.temperature,
      },
    };
  }

  async #probe<T>(ask: (request: GuardedRequest) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { probeMs } = ollamaLimits;
    const timeouts = { firstByteMs: probeMs, idleMs: probeMs, totalMs: 2 * probeMs };
    const request = new GuardedRequest(this.#host, timeouts, signal);
    try {
      const answer = await ask(request);
      this.#heardAt = this.#now();
      return answer;
    } catch (error) {
      throw request.errorOf(error);
    } finally {
      request.dispose();
    }
  }
}

/** Names are compared as Ollama does: without regard to case, `:latest` when no tag is given. */
function isSameModel(installed: string, wanted: string): boolean {
  const full = (name: string): string =>
    (name.includes(':') ? name : `${name}:latest`).toLowerCase();
  return full(installed) === full(wanted);
}

/** With jitter, so that several nodes do not knock at the same instant. */
async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = ollamaLimits.retryBaseMs * 2 ** attempt * (0.5 + Math.random());
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw new OllamaError('cancelled' satisfies OllamaErrorCode, 'the caller went away');
  }
}
