import { defineCommand } from '../command.ts';
import { requireStaffOfSubmission } from '../queries/submission-access.ts';
import { requireNotClaimedByAnother } from './claim-grading.ts';

export interface ReleaseGrading {
  readonly submission_id: string;
}

/** Ends one's own claim; without one nothing changes. */
export const releaseGrading = defineCommand<ReleaseGrading, null>({
  kind: 'RELEASE_GRADING',
  v: 1,
  apply(tx, { submission_id: id }) {
    requireStaffOfSubmission(tx, tx.actor, id, 'grade.write');
    requireNotClaimedByAnother(tx, id);
    tx.run('DELETE FROM grading_claims WHERE submission_id = ?', id);
    tx.target(id);
    return null;
  },
});
