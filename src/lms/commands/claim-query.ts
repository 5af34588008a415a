import { defineCommand } from '../command.ts';
import { maxTutorRuns, tutorLeaseMs } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

/** By the system: a node wants to answer a query as the tutor, or is still at it. */
export interface ClaimQuery {
  readonly query_id: string;
  readonly node_id: string;
  /** New for every run; the same again renews the lease. */
  readonly claim_id: string;
}

/** `granted: false`: too many runs have died on it, the staff have it now. */
export interface QueryClaimed {
  readonly granted: boolean;
}

interface JobRow {
  readonly id: string;
  readonly course_id: string;
  readonly author_id: string;
  readonly answered_at: number | null;
  readonly tutor_state: 'waiting' | 'answering' | 'answered' | 'handed_over' | null;
  readonly tutor_claim_id: string | null;
  readonly tutor_claimed_by: string | null;
  readonly tutor_lease_until: number | null;
  readonly tutor_claims: number;
}

/** Gives the query to a run for as long as its lease is renewed. */
export const claimQuery = defineCommand<ClaimQuery, QueryClaimed>({
  kind: 'CLAIM_QUERY',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) {
      throw new Refusal('forbidden', 'Queries are claimed by the system itself.');
    }
    const job = requireJob(tx, command.query_id);
    tx.target(job.id);
    const isRenewal = job.tutor_state === 'answering' && job.tutor_claim_id === command.claim_id;
    if (!isRenewal) requireFree(tx, job, command.node_id);
    if (!isRenewal && job.tutor_claims >= maxTutorRuns) {
      handOver(tx, job);
      return { granted: false };
    }
    tx.run(
      `UPDATE queries SET tutor_state = 'answering', tutor_claim_id = ?, tutor_claimed_by = ?,
              tutor_lease_until = ?, tutor_claims = tutor_claims + ? WHERE id = ?`,
      command.claim_id,
      command.node_id,
      tx.committedAt + tutorLeaseMs,
      isRenewal ? 0 : 1,
      job.id,
    );
    return { granted: true };
  },
});

function requireJob(tx: Tx, queryId: string): JobRow {
  const job = tx.get<JobRow>(
    `SELECT q.id, q.course_id, n.name AS author_id, q.answered_at, q.tutor_state, q.tutor_claim_id,
            q.tutor_claimed_by, q.tutor_lease_until, q.tutor_claims
       FROM queries q
       JOIN journal_names n ON n.number = q.asker
       JOIN courses c ON c.id = q.course_id
      WHERE q.id = ? AND q.deleted_at IS NULL AND c.deleted_at IS NULL AND c.status = 'active'`,
    queryId,
  );
  if (job === undefined) throw new Refusal('not_found', 'There is no such query to answer.');
  return job;
}

/** The same node may at once: the run before died with its process. */
function requireFree(tx: Tx, job: JobRow, nodeId: string): void {
  const isOpen = job.tutor_state === 'waiting' || job.tutor_state === 'answering';
  if (!isOpen || job.answered_at !== null) {
    throw new Refusal('conflict', 'This query does not wait for the tutor.');
  }
  const isHeld =
    job.tutor_state === 'answering' &&
    job.tutor_claimed_by !== nodeId &&
    (job.tutor_lease_until ?? 0) > tx.committedAt;
  if (isHeld) throw new Refusal('conflict', 'Another node is answering this query.');
}

function handOver(tx: Tx, job: JobRow): void {
  tx.run(
    `UPDATE queries SET tutor_state = 'handed_over', version = version + 1, updated_at = ?
      WHERE id = ?`,
    tx.committedAt,
    job.id,
  );
  tx.emit({
    type: 'query.handed_over',
    course_id: job.course_id,
    user_id: job.author_id,
    data: { query_id: job.id },
  });
}
