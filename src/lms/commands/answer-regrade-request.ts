import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import {
  getRegradeRequest,
  type RegradeRequest,
  regradeRequest,
} from '../queries/regrade-requests.ts';
import { requireStaffOfSubmission } from '../queries/submission-access.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';

export interface AnswerRegradeRequest {
  readonly request_id: string;
  readonly expected_version?: number;
  readonly state: 'accepted' | 'declined';
  readonly answer_md: string;
}

/** Once, for good. Accepting changes no points: the new grade is saved as every grade is. */
export const answerRegradeRequest = defineCommand<AnswerRegradeRequest, RegradeRequest>({
  kind: 'ANSWER_REGRADE_REQUEST',
  v: 1,
  apply(tx, command) {
    const request = getRegradeRequest(tx, tx.actor, command.request_id);
    const submissionId = request.submission_id;
    const { course } = requireStaffOfSubmission(tx, tx.actor, submissionId, 'grade.write');
    requireActive(course);
    requireVersion(request.version, command.expected_version);
    if (request.state !== 'open') {
      throw new Refusal('conflict', `The request was ${request.state} already.`);
    }
    tx.run(
      `UPDATE regrade_requests SET state = ?, answer_md = ?, answered_by = ?, answered_at = ?,
              version = version + 1, updated_at = ? WHERE id = ?`,
      command.state,
      command.answer_md,
      tx.actor.id,
      tx.committedAt,
      tx.committedAt,
      request.id,
    );
    tx.target(request.id);
    tx.emit({
      type: 'regrade.answered',
      course_id: request.course_id,
      user_id: request.student.id,
      data: { request_id: request.id, submission_id: submissionId, state: command.state },
    });
    return written(regradeRequest(tx, request.id));
  },
});
