export type KeysErrorCode =
  | 'bad_id'
  | 'exists'
  | 'missing'
  | 'unreadable'
  | 'permissions'
  | 'mismatch'
  | 'other_cluster'
  | 'other_node'
  | 'expired';

/** An expected failure with keys; the message says what, why and how to fix it. */
export class KeysError extends Error {
  override readonly name = 'KeysError';
  readonly code: KeysErrorCode;

  constructor(code: KeysErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
