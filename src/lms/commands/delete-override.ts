import { defineCommand } from '../command.ts';
import { requireActive } from '../policy.ts';
import { requireAssignment } from '../queries/assignments.ts';
import { Refusal } from '../refusal.ts';
import { requireVersion } from '../version.ts';

export interface DeleteOverride {
  readonly assignment_id: string;
  readonly user_id: string;
  readonly expected_version?: number;
}

/** What the assignment says holds again; also for who has left the course. */
export const deleteOverride = defineCommand<DeleteOverride, null>({
  kind: 'DELETE_OVERRIDE',
  v: 1,
  apply(tx, { assignment_id: id, user_id: user, expected_version }) {
    const { row, course } = requireAssignment(tx, tx.actor, id, 'override.write');
    const before = tx.get<{ version: number }>(
      'SELECT version FROM assignment_overrides WHERE assignment_id = ? AND user_id = ?',
      id,
      user,
    );
    if (before === undefined) {
      throw new Refusal('not_found', 'There is no override for this student.');
    }
    requireActive(course);
    requireVersion(before.version, expected_version);
    tx.run('DELETE FROM assignment_overrides WHERE assignment_id = ? AND user_id = ?', id, user);
    tx.target(`${id}/${user}`);
    tx.emit({
      type: 'override.deleted',
      course_id: row.course_id,
      user_id: user,
      data: { assignment_id: id, user_id: user },
    });
    return null;
  },
});
