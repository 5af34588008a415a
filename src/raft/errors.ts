import type { ChangeRefusal } from './core/member-change.ts';

/** What is known of a proposal that failed. */
export type ProposalOutcome =
  /** It is in no log and never will be: proposing it again is a new attempt. */
  | 'not_applied'
  /** It may be applied, now or later: only a retry with the same request id is safe. */
  | 'unknown';

export type ProposalErrorCode = 'no_quorum' | 'overloaded' | 'disk_low' | 'too_large' | 'closed';

/** A proposal without a result within its deadline, or refused. */
export class ProposalError extends Error {
  override readonly name = 'ProposalError';
  readonly code: ProposalErrorCode;
  readonly outcome: ProposalOutcome;

  constructor(code: ProposalErrorCode, outcome: ProposalOutcome, message: string) {
    super(message);
    this.code = code;
    this.outcome = outcome;
  }
}

/** Something large was not begun, because the disk's reserve is touched. */
export class DiskLowError extends Error {
  override readonly name = 'DiskLowError';

  constructor() {
    super('the disk of this node is nearly full: make room on it, and try again');
  }
}

/** A linearizable read that no majority confirmed within its deadline. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly code: 'no_quorum' | 'closed';

  constructor(code: 'no_quorum' | 'closed', message: string) {
    super(message);
    this.code = code;
  }
}

export type MembershipErrorCode =
  | Exclude<ChangeRefusal, 'not_ready'>
  | 'timeout'
  | 'taken_back'
  | 'closed';

/**
 * A change of the members that was refused, or not done in time. To ask again for the same is always
 * safe: what is so already is no change.
 */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';
  readonly code: MembershipErrorCode;

  constructor(code: MembershipErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
