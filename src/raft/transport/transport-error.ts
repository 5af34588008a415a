import type { NodeId } from '../core/messages.ts';

/**
 * unreachable: no connection, or it broke; timeout: no answer in time;
 * refused: too many calls in flight, or the peer said no.
 */
export type TransportErrorCode = 'unreachable' | 'timeout' | 'refused';

/** A call that brought no answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly peer: NodeId;
  /** Whether the request may have reached the peer; false: it certainly did not. */
  readonly sent: boolean;

  constructor(
    code: TransportErrorCode,
    failure: { peer: NodeId; sent: boolean; message: string; cause?: unknown },
  ) {
    super(failure.message, { cause: failure.cause });
    this.code = code;
    this.peer = failure.peer;
    this.sent = failure.sent;
  }
}

/** The transport cannot start; the message says what, why and how to fix it. */
export class TransportStartError extends Error {
  override readonly name = 'TransportStartError';
}
