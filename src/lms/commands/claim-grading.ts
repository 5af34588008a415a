import { defineCommand } from '../command.ts';
import { gradingClaimMs } from '../limits.ts';
import { requireActive } from '../policy.ts';
import { claimOf, type GradingClaim } from '../queries/grading-claims.ts';
import { requireStaffOfSubmission } from '../queries/submission-access.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface ClaimGrading {
  readonly submission_id: string;
}

/**
 * Tells the other graders "I am at it" for 300 s; again by its holder, from now on. Advisory: whoever
 * grades without it is not refused, two versions of a grade are kept apart by `If-Match`.
 */
export const claimGrading = defineCommand<ClaimGrading, GradingClaim>({
  kind: 'CLAIM_GRADING',
  v: 1,
  apply(tx, { submission_id: id }) {
    const { course } = requireStaffOfSubmission(tx, tx.actor, id, 'grade.write');
    requireActive(course);
    requireNotClaimedByAnother(tx, id);
    tx.run(
      `INSERT INTO grading_claims (submission_id, holder_id, expires_at) VALUES (?, ?, ?)
       ON CONFLICT (submission_id) DO UPDATE SET holder_id = excluded.holder_id,
         expires_at = excluded.expires_at`,
      id,
      tx.actor.id,
      tx.committedAt + gradingClaimMs,
    );
    tx.target(id);
    return written(claimOf(tx, id, tx.committedAt));
  },
});

/** Refuses with `locked` and the claim in `extra.current`. */
export function requireNotClaimedByAnother(tx: Tx, submissionId: string): void {
  const claim = claimOf(tx, submissionId, tx.committedAt);
  if (claim === null || claim.holder.id === tx.actor.id) return;
  throw new Refusal(
    'locked',
    // No name in words: a result is stored, and an erasure looks for names beside ids.
    `Somebody else, see current, is grading it until ${claim.expires_at}, unless they go on.`,
    { extra: { current: claim } },
  );
}
