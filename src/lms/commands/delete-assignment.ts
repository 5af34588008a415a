import { defineCommand } from '../command.ts';
import { unlinkFiles } from '../file-links.ts';
import { requireActive } from '../policy.ts';
import { requireAssignment } from '../queries/assignments.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { requireVersion } from '../version.ts';

export interface DeleteAssignment {
  readonly assignment_id: string;
  readonly expected_version: number;
}

/** Only while nobody has handed in: what was handed in stays to be read. */
export const deleteAssignment = defineCommand<DeleteAssignment, null>({
  kind: 'DELETE_ASSIGNMENT',
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
    if (isHandedIn(tx, row.id)) {
      throw new Refusal(
        'conflict',
        'Students have handed in work for this assignment. Close it with lock_at instead.',
      );
    }
    tx.run(
      'UPDATE assignments SET deleted_at = ?, updated_at = ?, version = version + 1 WHERE id = ?',
      tx.committedAt,
      tx.committedAt,
      row.id,
    );
    unlinkFiles(tx, 'assignment', row.id);
    tx.target(row.id);
    tx.emit({
      type: 'assignment.deleted',
      course_id: row.course_id,
      data: { assignment_id: row.id },
    });
    return null;
  },
});

function isHandedIn(tx: Tx, assignmentId: string): boolean {
  const sql = `SELECT 1 FROM submissions
    WHERE assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)`;
  return tx.get(sql, assignmentId) !== undefined;
}
