import { isDeepStrictEqual } from 'node:util';
import { defineCommand } from '../command.ts';
import { type OverrideTerms, withOverride } from '../effective-dates.ts';
import { courseRole, requireActive } from '../policy.ts';
import { type AssignmentRow, requireAssignment } from '../queries/assignments.ts';
import { stepsOf } from '../queries/deadline-adjustments.ts';
import { appliedIncidents } from '../queries/deadline-targets.ts';
import { type Override, overrideFor } from '../queries/overrides.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { requireVersion } from '../version.ts';
import { written } from '../written.ts';
import { requireSoundDates } from './assignment-rules.ts';
import { storeAdjustments } from './store-adjustments.ts';

/** The whole override: what is absent is as the assignment says. Times in ms. */
export interface PutOverride extends OverrideTerms {
  readonly assignment_id: string;
  readonly user_id: string;
  /** Why, for the staff. */
  readonly reason: string | null;
  /** 0: there must be none yet. */
  readonly expected_version?: number;
}

const TERMS = ['unlock_at', 'due_at', 'lock_at', 'grace_seconds', 'max_attempts'] as const;

interface Stored {
  readonly terms: string;
  readonly reason: string | null;
  readonly version: number;
}

/** Makes or replaces the override of one student; the same again changes nothing. */
export const putOverride = defineCommand<PutOverride, Override>({
  kind: 'PUT_OVERRIDE',
  v: 1,
  apply(tx, command) {
    const { assignment_id: id, user_id: user } = command;
    const { row, course } = requireAssignment(tx, tx.actor, id, 'override.write');
    if (courseRole(tx, row.course_id, user) !== 'student') {
      throw new Refusal('not_found', 'There is no such student in this course.');
    }
    requireActive(course);
    const before = tx.get<Stored>(
      'SELECT terms, reason, version FROM assignment_overrides WHERE assignment_id = ? AND user_id = ?',
      id,
      user,
    );
    requireVersion(before?.version ?? 0, command.expected_version);
    const terms = termsIn(command);
    requireSoundDates(withOverride(row, terms));
    tx.target(`${id}/${user}`);
    if (before === undefined || !isSame(before, terms, command.reason)) {
      save(tx, command, terms);
      moveByIncidents(tx, row, user, terms);
      tx.emit({
        type: 'override.updated',
        course_id: row.course_id,
        user_id: user,
        data: { assignment_id: id, user_id: user },
      });
    }
    return written(overrideFor(tx, row, user));
  },
});

/** Refuses with `invalid_value` what overrides nothing. */
function termsIn(command: PutOverride): OverrideTerms {
  const present = TERMS.filter((term) => command[term] !== undefined);
  if (present.length === 0) {
    const detail = `It overrides nothing: name at least one of ${TERMS.join(', ')}.`;
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer: '', code: 'empty_override', detail }],
    });
  }
  return Object.fromEntries(present.map((term) => [term, command[term]]));
}

function isSame(before: Stored, terms: OverrideTerms, reason: string | null): boolean {
  return before.reason === reason && isDeepStrictEqual(JSON.parse(before.terms), terms);
}

/**
 * Dates of one's own are no reason to lose what incidents gave to all: they are moved by those that were
 * there before, as they would be by those to come.
 */
function moveByIncidents(tx: Tx, row: AssignmentRow, userId: string, terms: OverrideTerms): void {
  const hasOwn = terms.due_at !== undefined || terms.lock_at !== undefined;
  const { due_at, lock_at } = hasOwn ? withOverride(row, terms) : { due_at: null, lock_at: null };
  const { id: assignment_id, course_id } = row;
  const target = { assignment_id, course_id, user_id: userId, due_at, lock_at };
  storeAdjustments(tx, target, stepsOf(target, appliedIncidents(tx)));
}

function save(tx: Tx, command: PutOverride, terms: OverrideTerms): void {
  tx.run(
    `INSERT INTO assignment_overrides (assignment_id, user_id, terms, reason, granted_by, version,
       created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, 1, ?, ?)
     ON CONFLICT DO UPDATE SET terms = excluded.terms, reason = excluded.reason,
       granted_by = excluded.granted_by, version = version + 1, updated_at = excluded.updated_at`,
    command.assignment_id,
    command.user_id,
    JSON.stringify(terms),
    command.reason,
    tx.actor.id,
    tx.committedAt,
    tx.committedAt,
  );
}
