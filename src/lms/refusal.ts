/** A rule that says no. Every code is in the catalogue of `src/http/problem-catalogue.ts`. */
export type RefusalCode =
  | 'not_found'
  | 'forbidden'
  | 'session_ended'
  | 'account_not_active'
  | 'invalid_credentials'
  | 'refresh_token_invalid'
  | 'rate_limited'
  | 'conflict'
  | 'import_held'
  | 'locked'
  | 'already_exists'
  | 'version_mismatch'
  | 'version_required'
  | 'idempotency_key_reused'
  | 'invalid_value'
  | 'too_many_attempts'
  | 'not_open'
  | 'closed'
  | 'course_not_active'
  | 'quota_exceeded'
  | 'wrong_offset'
  | 'placement_expired';

/** One field that is at fault; `pointer` is a JSON pointer into the request's body (RFC 6901). */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Thrown inside `apply`; the savepoint is rolled back and the refusal becomes the result. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly errors: readonly FieldError[];
  /** Members of the problem document that only this code has, such as `current_version`. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: RefusalCode,
    detail: string,
    options: { errors?: readonly FieldError[]; extra?: Record<string, unknown> } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = options.errors ?? [];
    this.extra = options.extra ?? {};
  }
}
