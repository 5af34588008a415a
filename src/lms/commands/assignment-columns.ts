import type { SQLInputValue } from 'node:sqlite';
import type { LatePolicy } from '../late-policy.ts';
import type { AssignmentRow } from '../queries/assignments.ts';
import type { Rubric } from '../rubric.ts';
import type { AssignmentFields } from './assignment-rules.ts';

/** What an instructor sets, as columns of `assignments`: the order is that of `columnValues`. */
export const FIELD_COLUMNS = [
  'title',
  'body_md',
  'points_possible',
  'weight',
  'unlock_at',
  'due_at',
  'lock_at',
  'grace_seconds',
  'max_attempts',
  'topics',
  'extra_credit',
  'late_policy',
  'rubric',
] as const;

export function columnValues(fields: AssignmentFields): SQLInputValue[] {
  return [
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
    fields.extra_credit === true ? 1 : 0,
    fields.late_policy ? JSON.stringify(fields.late_policy) : null,
    fields.rubric ? JSON.stringify(fields.rubric) : null,
  ];
}

/** The other way. */
export function fieldsOf(row: AssignmentRow): Required<AssignmentFields> {
  return {
    title: row.title,
    body_md: row.body_md,
    points_possible: row.points_possible,
    weight: row.weight,
    unlock_at: row.unlock_at,
    due_at: row.due_at,
    lock_at: row.lock_at,
    grace_seconds: row.grace_seconds,
    max_attempts: row.max_attempts,
    topics: JSON.parse(row.topics) as string[],
    extra_credit: row.extra_credit === 1,
    late_policy: parsed<LatePolicy>(row.late_policy),
    rubric: parsed<Rubric>(row.rubric),
  };
}

function parsed<Part>(text: string | null): Part | null {
  return text === null ? null : (JSON.parse(text) as Part);
}
