import { defineCommand } from '../command.ts';
import { requireInActiveCourse } from '../policy.ts';
import { type Assignment, assignmentForStaff, requireAssignment } from '../queries/assignments.ts';
import { Refusal } from '../refusal.ts';
import { setAttachments } from './assignment-attachments.ts';
import { columnValues, FIELD_COLUMNS } from './assignment-columns.ts';
import { type AssignmentFields, requireSoundAssignment } from './assignment-rules.ts';

export interface CreateAssignment extends AssignmentFields {
  readonly assignment_id: string;
  readonly course_id: string;
  /** Ids of files that the actor has uploaded. */
  readonly attachments: readonly string[];
}

export const createAssignment = defineCommand<CreateAssignment, Assignment>({
  kind: 'CREATE_ASSIGNMENT',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    const { assignment_id: id, course_id: courseId } = command;
    requireInActiveCourse(tx, actor, courseId, 'assignment.write');
    if (tx.get('SELECT 1 FROM assignments WHERE id = ?', id) !== undefined) {
      throw new Refusal('already_exists', 'There is an assignment with this id already.');
    }
    requireSoundAssignment(command);
    tx.run(
      `INSERT INTO assignments (${FIELD_COLUMNS.join(', ')}, id, course_id, created_by, version,
         created_at, updated_at)
       VALUES (${FIELD_COLUMNS.map(() => '?').join(', ')}, ?, ?, ?, 1, ?, ?)`,
      ...columnValues(command),
      id,
      courseId,
      actor.id,
      now,
      now,
    );
    setAttachments(tx, { id, course_id: courseId }, command.attachments);
    tx.target(id);
    tx.emit({ type: 'assignment.created', course_id: courseId, data: { assignment_id: id } });
    return assignmentForStaff(tx, requireAssignment(tx, actor, id, 'assignment.write').row);
  },
});
