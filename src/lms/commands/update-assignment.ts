import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import {
  type Assignment,
  type AssignmentRow,
  assignmentForStaff,
  requireAssignment,
} from '../queries/assignments.ts';
import { requireVersion } from '../version.ts';
import { setAttachments } from './assignment-attachments.ts';
import { type AssignmentFields, requireSoundAssignment } from './assignment-rules.ts';

/** Absent fields stay as they are; the rules judge what comes out of it. */
export interface UpdateAssignment extends Partial<AssignmentFields> {
  readonly assignment_id: string;
  readonly expected_version: number;
  readonly attachments?: readonly string[];
}

export const updateAssignment = defineCommand<UpdateAssignment, Assignment>({
  kind: 'UPDATE_ASSIGNMENT',
  v: 1,
  apply(tx, command) {
    const { row, course } = requireAssignment(
      tx,
      tx.actor,
      command.assignment_id,
      'assignment.write',
    );
    requireActive(course);
    requireVersion(row.version, command.expected_version);
    const fields = merge(row, command);
    requireSoundAssignment(fields);
    tx.run(
      `UPDATE assignments SET title = ?, body_md = ?, points_possible = ?, weight = ?,
              unlock_at = ?, due_at = ?, lock_at = ?, grace_seconds = ?, max_attempts = ?,
              topics = ?, version = version + 1, updated_at = ? WHERE id = ?`,
      fields.title,
      fields.body_md,
      fields.points_possible,
      fields.weight,
      fields.unlock_at,
      fields.due_at,
      fields.lock_at,
      fields.grace_seconds,
      fields.max_attempts,
      JSON.stringify(fields.topics),
      tx.committedAt,
      row.id,
    );
    if (command.attachments !== undefined) setAttachments(tx, row, command.attachments);
    tx.target(row.id);
    tx.emit({
      type: 'assignment.updated',
      course_id: row.course_id,
      data: { assignment_id: row.id },
    });
    return assignmentForStaff(tx, requireAssignment(tx, tx.actor, row.id, 'assignment.write').row);
  },
});

/** `null` is a value here (no due date), only an absent field keeps the old one. */
function merge(row: AssignmentRow, changes: Partial<AssignmentFields>): AssignmentFields {
  const old: AssignmentFields = { ...row, topics: JSON.parse(row.topics) as string[] };
  return { ...old, ...changes };
}
