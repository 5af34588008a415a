import { isDeepStrictEqual } from 'node:util';
import { defineCommand } from '../command.ts';
import { type LatePolicy, POLICY_DEFAULTS } from '../late-policy.ts';
import { requireActive } from '../policy.ts';
import {
  type Assignment,
  type AssignmentRow,
  assignmentForStaff,
  requireAssignment,
} from '../queries/assignments.ts';
import { filesOf } from '../queries/files.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { requireVersion } from '../version.ts';
import { setAttachments } from './assignment-attachments.ts';
import { columnValues, FIELD_COLUMNS, fieldsOf } from './assignment-columns.ts';
import { type AssignmentFields, requireSoundAssignment } from './assignment-rules.ts';

/**
 * Absent fields stay as they are (`null` is a value: no due date); the rules judge what comes out of
 * it. A change that changes nothing makes no version and no event.
 */
export interface UpdateAssignment extends Partial<Omit<AssignmentFields, 'late_policy'>> {
  readonly assignment_id: string;
  readonly expected_version: number;
  readonly attachments?: readonly string[];
  /** Merged into the one that there is; where there is none, rate and interval must be said. */
  readonly late_policy?: Partial<LatePolicy> | null;
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
    tx.target(row.id);
    const old = fieldsOf(row);
    const fields = { ...old, ...changesIn(command, old.late_policy) };
    requireSoundAssignment(fields);
    if (isDeepStrictEqual(fields, old) && hasAttachments(tx, row.id, command.attachments)) {
      return assignmentForStaff(tx, row);
    }
    save(tx, row, fields);
    if (command.attachments !== undefined) setAttachments(tx, row, command.attachments);
    tx.emit({
      type: 'assignment.updated',
      course_id: row.course_id,
      data: { assignment_id: row.id },
    });
    return assignmentForStaff(tx, requireAssignment(tx, tx.actor, row.id, 'assignment.write').row);
  },
});

/** A command has more members than the fields. */
function changesIn(
  command: UpdateAssignment,
  oldPolicy: LatePolicy | null,
): Partial<AssignmentFields> {
  const { late_policy: policy } = command;
  const changes = Object.fromEntries(
    FIELD_COLUMNS.filter((field) => command[field] !== undefined).map((field) => [
      field,
      command[field],
    ]),
  );
  if (policy === undefined || policy === null) return changes;
  return { ...changes, late_policy: mergedPolicy(oldPolicy, policy) };
}

function mergedPolicy(old: LatePolicy | null, changes: Partial<LatePolicy>): LatePolicy {
  const { rate_percent = old?.rate_percent, interval_seconds = old?.interval_seconds } = changes;
  if (rate_percent === undefined || interval_seconds === undefined) {
    const detail = 'There is no late policy yet: say rate_percent and interval_seconds.';
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer: '/late_policy', code: 'incomplete_policy', detail }],
    });
  }
  return { ...(old ?? POLICY_DEFAULTS), ...changes, rate_percent, interval_seconds };
}

/** @param wanted absent: those that it has */
function hasAttachments(tx: Tx, assignmentId: string, wanted?: readonly string[]): boolean {
  if (wanted === undefined) return true;
  const ids = filesOf(tx, 'assignment', assignmentId).map(({ id }) => id);
  return isDeepStrictEqual(new Set(wanted), new Set(ids));
}

function save(tx: Tx, row: AssignmentRow, fields: AssignmentFields): void {
  tx.run(
    `UPDATE assignments SET ${FIELD_COLUMNS.map((column) => `${column} = ?`).join(', ')},
            version = version + 1, updated_at = ? WHERE id = ?`,
    ...columnValues(fields),
    tx.committedAt,
    row.id,
  );
}
