import type { Reader } from '../reader.ts';

/** A query that waits for the tutor, or whose run may have died. */
export interface TutorQuery {
  readonly query_id: string;
  readonly course_id: string;
  readonly title: string;
  readonly body_md: string;
  /** Ms since the epoch, by the log's time; `null` when a run had it and is dead. */
  readonly waiting_since: number | null;
}

/**
 * Queries that this node may claim, oldest first: those that wait, those whose lease is over by the
 * given time, and its own, which a restart has interrupted. CLAIM_QUERY decides who gets one.
 *
 * @param now ms since the epoch
 */
export function claimableQueries(
  reader: Reader,
  nodeId: string,
  now: number,
  limit: number,
): TutorQuery[] {
  return reader.all<TutorQuery>(
    `SELECT q.id AS query_id, q.course_id, q.title, q.body_md,
            CASE q.tutor_state WHEN 'waiting' THEN q.created_at END AS waiting_since
       FROM queries q JOIN courses c ON c.id = q.course_id
      WHERE q.tutor_state IN ('waiting', 'answering') AND q.answered_at IS NULL
        AND q.deleted_at IS NULL AND c.deleted_at IS NULL AND c.status = 'active'
        AND (q.tutor_state = 'waiting' OR q.tutor_lease_until <= ? OR q.tutor_claimed_by = ?)
      ORDER BY q.sequence LIMIT ?`,
    now,
    nodeId,
    limit,
  );
}
