/** Everything that can go wrong with a model, as the rest of the tutor tells it apart. */
export type OllamaErrorCode =
  /** No connection: not started, wrong address, no route. */
  | 'unreachable'
  | 'busy'
  /** The model is not installed there; an administrator pulls it. */
  | 'model_missing'
  /** The model cannot do what was asked of it (embeds only, cannot think). */
  | 'model_unsuitable'
  | 'prompt_too_long'
  /** 5xx, an error in the middle, an end without `done`, a broken connection. */
  | 'failed'
  | 'first_byte_timeout'
  | 'idle_timeout'
  | 'total_timeout'
  /** Not the protocol, more bytes than any answer has, or no text at all. */
  | 'bad_output'
  /** The caller's own signal. */
  | 'cancelled'
  /** Not asked: it failed several times just now. */
  | 'breaker_open';

/** The message is for operators; it never holds text of a student or of the model. */
export class OllamaError extends Error {
  override readonly name = 'OllamaError';
  readonly code: OllamaErrorCode;
  /** True when the very same request may succeed in a moment. */
  readonly transient: boolean;

  constructor(code: OllamaErrorCode, message: string, options: { transient?: boolean } = {}) {
    super(message);
    this.code = code;
    this.transient = options.transient ?? (code === 'unreachable' || code === 'busy');
  }
}

const unreachableCauses = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const brokenCauses = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * What ollama-js or fetch threw, as a typed error. ollama-js has no types of its own for most:
 * an error line in a stream is a plain `Error`, a broken connection a `TypeError`.
 */
export function ollamaErrorOf(error: unknown): OllamaError {
  if (error instanceof OllamaError) return error;
  const { status, cause } = describe(error);
  if (status !== null) return ofStatus(status, error instanceof Error ? error.message : '');
  if (cause !== null && unreachableCauses.has(cause)) {
    const wasSlow = cause === 'ETIMEDOUT' || cause === 'UND_ERR_CONNECT_TIMEOUT';
    return new OllamaError('unreachable', `no connection to Ollama (${cause})`, {
      transient: !wasSlow,
    });
  }
  if (cause !== null && brokenCauses.has(cause)) {
    return new OllamaError('failed', `the connection to Ollama broke (${cause})`, {
      transient: true,
    });
  }
  return new OllamaError('failed', 'Ollama failed while it answered');
}

function describe(error: unknown): { status: number | null; cause: string | null } {
  if (typeof error !== 'object' || error === null) return { status: null, cause: null };
  const status = 'status_code' in error ? Number(error.status_code) : null;
  const cause = 'cause' in error ? error.cause : null;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return { status, cause: typeof code === 'string' ? code : null };
}

/** By status first; the texts differ between versions (routes.go of Ollama 0.33). */
function ofStatus(status: number, text: string): OllamaError {
  if (status === 503 || status === 429)
    return new OllamaError('busy', `Ollama is busy (${status})`);
  if (status === 404) return new OllamaError('model_missing', 'Ollama does not have the model');
  if (status === 400 && /does not support/i.test(text)) {
    return new OllamaError('model_unsuitable', 'the model cannot do this');
  }
  if (status === 400 && /context/i.test(text)) {
    return new OllamaError('prompt_too_long', 'the prompt does not fit the context');
  }
  return new OllamaError('failed', `Ollama answered with status ${status}`);
}
