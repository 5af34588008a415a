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
  /** How many drafts were posted. */
  readonly posted: number;
  /** And how many were not: the actor's own work, and what the rubric has no points for yet. */
  readonly left_as_draft: number;
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
    return { assignment_id: id, posted: drafts.length, left_as_draft: draftCount(tx, id) };
  },
});

/**
 * Of the assignment, but for the actor's own work, which they may not judge, and for those that were
 * begun by the rubric and are not done: what students see is whole.
 */
const DRAFTS = `FROM submissions s
  JOIN grades g ON g.submission = s.sequence
  JOIN assignments a ON a.id = s.assignment_id
  WHERE s.assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)
    AND s.student_id <> ? AND g.state = 'draft'
    AND (g.rubric_points IS NULL OR a.rubric IS NULL OR NOT EXISTS (
      SELECT 1 FROM json_each(a.rubric, '$.criteria') c
       WHERE c.value ->> '$.id' NOT IN (SELECT key FROM json_each(g.rubric_points))))`;

function draftsOf(tx: Tx, assignmentId: string): Draft[] {
  return tx.all<Draft>(
    `SELECT s.id AS submission_id, s.student_id ${DRAFTS} ORDER BY s.sequence`,
    assignmentId,
    tx.actor.id,
  );
}

function draftCount(tx: Tx, assignmentId: string): number {
  const row = tx.get<{ drafts: number }>(
    `SELECT count(*) AS drafts FROM submissions s JOIN grades g ON g.submission = s.sequence
      WHERE s.assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)
        AND g.state = 'draft'`,
    assignmentId,
  );
  return row?.drafts ?? 0;
}

function post(tx: Tx, assignmentId: string, reason: string | null): void {
  tx.run(
    `INSERT INTO grade_history (submission, version, points, feedback_md, state, attempt,
       rubric_points, actor_id, reason, at, log_index)
     SELECT g.submission, g.version + 1, g.points, g.feedback_md, 'posted', g.attempt,
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
      WHERE submission IN (SELECT g.submission ${DRAFTS})`,
    tx.committedAt,
    tx.committedAt,
    assignmentId,
    tx.actor.id,
  );
}
