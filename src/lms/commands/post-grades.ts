import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { requireAssignment } from '../queries/assignments.ts';
import type { Tx } from '../tx.ts';

export interface PostGrades {
  readonly assignment_id: string;
  /** Why, for the history of each of them. */
  readonly reason: string | null;
}

export interface PostedGrades {
  readonly assignment_id: string;
  /** How many drafts there were. */
  readonly posted: number;
}

interface Draft {
  readonly submission_id: string;
  readonly student_id: string;
}

/**
 * Shows all drafts of an assignment to their students, at one point of the log. Statements over all
 * of them, not one each: a class of 5,000 is posted in one entry.
 */
export const postGrades = defineCommand<PostGrades, PostedGrades>({
  kind: 'POST_GRADES',
  v: 1,
  apply(tx, { assignment_id: id, reason }) {
    const { row, course } = requireAssignment(tx, tx.actor, id, 'grade.write');
    requireActive(course);
    const drafts = draftsOf(tx, id);
    if (drafts.length > 0) post(tx, id, reason);
    for (const { submission_id, student_id } of drafts) {
      tx.emit({
        type: 'grade.posted',
        course_id: row.course_id,
        user_id: student_id,
        data: { submission_id, assignment_id: id },
      });
    }
    tx.target(id);
    return { assignment_id: id, posted: drafts.length };
  },
});

/** Of the assignment, but for the actor's own work, which they may not judge. */
const DRAFTS = `FROM submissions s JOIN grades g ON g.submission_id = s.id
  WHERE s.assignment_id = ? AND s.student_id <> ? AND g.state = 'draft'`;

function draftsOf(tx: Tx, assignmentId: string): Draft[] {
  return tx.all<Draft>(
    `SELECT g.submission_id, s.student_id ${DRAFTS} ORDER BY s.sequence`,
    assignmentId,
    tx.actor.id,
  );
}

function post(tx: Tx, assignmentId: string, reason: string | null): void {
  tx.run(
    `INSERT INTO grade_history (submission_id, version, points, feedback_md, state, attempt,
       rubric_points, actor_id, reason, at, log_index)
     SELECT g.submission_id, g.version + 1, g.points, g.feedback_md, 'posted', g.attempt,
       g.rubric_points, ?, ?, ?, ? ${DRAFTS}`,
    tx.actor.id,
    reason,
    tx.committedAt,
    tx.index,
    assignmentId,
    tx.actor.id,
  );
  tx.run(
    `UPDATE grades SET state = 'posted', posted_at = ?, version = version + 1, updated_at = ?
      WHERE submission_id IN (SELECT g.submission_id ${DRAFTS})`,
    tx.committedAt,
    tx.committedAt,
    assignmentId,
    tx.actor.id,
  );
}
