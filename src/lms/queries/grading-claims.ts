import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import type { Person } from './person.ts';
import { requireStaffOfSubmission } from './submission-access.ts';

/** Who is grading a submission, and until when without being heard from. */
export interface GradingClaim {
  readonly submission_id: string;
  readonly holder: Person;
  readonly expires_at: string;
}

/** `null` when nobody holds it. @param now ms since the epoch */
export function claimOf(reader: Reader, submissionId: string, now: number): GradingClaim | null {
  const row = reader.get<{ holder_id: string; holder_name: string; expires_at: number }>(
    `SELECT c.holder_id, u.display_name AS holder_name, c.expires_at
       FROM grading_claims c JOIN users u ON u.id = c.holder_id
      WHERE c.submission_id = ? AND c.expires_at > ?`,
    submissionId,
    now,
  );
  if (row === undefined) return null;
  return {
    submission_id: submissionId,
    holder: { id: row.holder_id, display_name: row.holder_name },
    expires_at: toRfc3339(row.expires_at),
  };
}

/** For staff; `not_found` while nobody holds it. */
export function getClaim(
  reader: Reader,
  actor: Actor,
  submissionId: string,
  now: number,
): GradingClaim {
  requireStaffOfSubmission(reader, actor, submissionId, 'grade.read_any');
  const claim = claimOf(reader, submissionId, now);
  if (claim === null) throw new Refusal('not_found', 'Nobody is grading this submission.');
  return claim;
}
