import { Ollama } from 'ollama/browser';
import { ollamaLimits } from '../limits.ts';
import { checkedLines } from './checked-lines.ts';
import { OllamaError, type OllamaErrorCode, ollamaErrorOf } from './ollama-error.ts';

/** Ms each; see `ollamaLimits` for the defaults. */
export interface Timeouts {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/**
 * One request with a client of its own. ollama-js can stop a request only after its headers came,
 * and leaving its stream early does not stop Ollama at all; a fetch that carries our signal does.
 * `dispose` belongs in a `finally`: it closes the connection, which is how Ollama is told to stop.
 */
export class GuardedRequest {
  readonly client: Ollama;
  readonly #abort = new AbortController();
  readonly #timeouts: Timeouts;
  readonly #callerSignal: AbortSignal | undefined;
  readonly #total: NodeJS.Timeout;
  readonly #onCallerAbort = (): void => this.#stop('cancelled', 'the caller went away');
  #silence: NodeJS.Timeout;

  constructor(host: string, timeouts: Timeouts, signal?: AbortSignal) {
    this.#timeouts = timeouts;
    this.#callerSignal = signal;
    this.#total = this.#timer('total_timeout', timeouts.totalMs);
    this.#silence = this.#timer('first_byte_timeout', timeouts.firstByteMs);
    if (signal?.aborted === true) this.#onCallerAbort();
    else signal?.addEventListener('abort', this.#onCallerAbort, { once: true });
    this.client = new Ollama({ host, fetch: this.#fetch });
  }

  /** What went wrong: our own reason to stop comes before what it looked like from inside. */
  errorOf(error: unknown): OllamaError {
    const reason: unknown = this.#abort.signal.reason;
    return reason instanceof OllamaError ? reason : ollamaErrorOf(error);
  }

  dispose(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#silence);
    this.#callerSignal?.removeEventListener('abort', this.#onCallerAbort);
    this.#abort.abort();
  }

  readonly #fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, {
      ...init,
      redirect: 'error',
      signal: this.#abort.signal,
    });
    this.#heard();
    if (!response.ok) return errorResponse(response);
    if (response.body === null) throw new OllamaError('bad_output', 'Ollama sent no body');
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(this.#watch()).pipeThrough(checkedLines()), {
      status,
      headers,
    });
  };

  #watch(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.#heard();
        controller.enqueue(chunk);
      },
    });
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#timer('idle_timeout', this.#timeouts.idleMs);
  }

  #timer(code: OllamaErrorCode, ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#stop(code, `Ollama was silent or slow: ${code} (${ms} ms)`), ms);
  }

  #stop(code: OllamaErrorCode, message: string): void {
    this.#abort.abort(new OllamaError(code, message));
  }
}

/**
 * An error as JSON, whatever came: a proxy's page would be printed to the console by ollama-js, and
 * `{"error": {…}}` would become "[object Object]".
 */
async function errorResponse(response: Response): Promise<Response> {
  const text = await firstBytes(response, ollamaLimits.maxErrorBytes);
  const error = errorText(text).slice(0, ollamaLimits.maxErrorCharacters);
  return Response.json({ error }, { status: response.status });
}

async function firstBytes(response: Response, max: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= max) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return error;
    const message = (error as { message?: unknown } | undefined)?.message;
    return typeof message === 'string' ? message : 'no reason given';
  } catch {
    return 'not an answer of Ollama';
  }
}
