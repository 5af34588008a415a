import { type ProposalError, ReadError } from '../raft/errors.ts';
import { type ApiContext, timeLeft } from './env.ts';
import { maxDeadlineMs, minDeadlineMs } from './limits.ts';
import { Problem } from './problem.ts';

/** When waiting ends for this request: `LMS-Timeout-Ms`, else what the operator set. */
export function requestDeadline(c: ApiContext): number {
  const header = c.req.header('lms-timeout-ms');
  if (header === undefined) return performance.now() + c.env.foundation.settings.deadline_ms;
  const ms = /^\d{1,6}$/.test(header) ? Number(header) : Number.NaN;
  if (ms >= minDeadlineMs && ms <= maxDeadlineMs) return performance.now() + ms;
  throw new Problem(
    'invalid_header',
    `LMS-Timeout-Ms must be an integer from ${minDeadlineMs} to ${maxDeadlineMs}.`,
  );
}

/**
 * Waits until this node may answer the read as `LMS-Consistency` and `LMS-Min-Index` ask. Once per
 * request: the guard waits before it looks at the session, so that a session revoked anywhere is
 * refused here.
 */
export async function settle(c: ApiContext): Promise<void> {
  if (c.get('settled')) return;
  const { consensus } = c.env.foundation;
  const local = wantsLocal(c);
  const index = minIndex(c);
  if (!local) await awaitRead(consensus.readBarrier(timeLeft(c)), LOCAL_HINT);
  if (index !== null) await awaitRead(consensus.waitApplied(index, timeLeft(c)), INDEX_HINT);
  c.set('settled', true);
}

/** Names the point of the log that the answer shows. */
export function setIndex(c: ApiContext, index: number): void {
  c.set('indexed', true);
  c.header('LMS-Index', String(index));
}

/** The read barrier whatever the request asks for. */
export async function barrier(c: ApiContext): Promise<void> {
  await awaitRead(c.env.foundation.consensus.readBarrier(timeLeft(c)), LOCAL_HINT);
}

/** Whether it is to be answered with what this node has. */
export function wantsLocal(c: ApiContext): boolean {
  const header = c.req.header('lms-consistency');
  if (header === undefined || header === 'linearizable') return false;
  if (header === 'local') return true;
  throw new Problem('invalid_header', 'LMS-Consistency must be "linearizable" or "local".');
}

function minIndex(c: ApiContext): number | null {
  const header = c.req.header('lms-min-index');
  if (header === undefined) return null;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new Problem('invalid_header', 'LMS-Min-Index must be the LMS-Index of an earlier answer.');
}

const LOCAL_HINT = 'With "LMS-Consistency: local" this node answers with what it has.';
const INDEX_HINT =
  'Without LMS-Min-Index this node answers with what it has; another may be further.';

async function awaitRead(waiting: Promise<void>, hint: string): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    throw new Problem(
      error.code === 'no_quorum' ? 'no_quorum' : 'unavailable',
      `${error.message} ${hint}`,
    );
  }
}

const PROPOSAL_PROBLEMS = {
  no_quorum: 'no_quorum',
  overloaded: 'overloaded',
  disk_low: 'disk_low',
  too_large: 'payload_too_large',
  closed: 'unavailable',
} as const;

const OUTCOME_DETAILS = {
  not_applied: 'The write was not applied and never will be.',
  unknown: 'Whether the write was applied is unknown.',
};

/** A write that got no result: says what is known of it and what to do. */
export function proposalProblem(error: ProposalError): Problem {
  return new Problem(
    PROPOSAL_PROBLEMS[error.code],
    `${OUTCOME_DETAILS[error.outcome]} A retry with the same Idempotency-Key is safe. ` +
      `(${error.message})`,
    { extra: { outcome: error.outcome } },
  );
}
