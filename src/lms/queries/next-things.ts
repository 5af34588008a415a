import { effectiveDates } from '../effective-dates.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339OrNull } from '../time.ts';
import type { CellStanding, SheetColumn } from './gradebook-sheet.ts';
import type { MaterialProgress } from './material-progress.ts';

/** Something that a student can do now. */
export type NextThing =
  | {
      readonly kind: 'hand_in';
      readonly assignment_id: string;
      readonly title: string;
      readonly due_at: string | null;
      readonly is_overdue: boolean;
    }
  | { readonly kind: 'review'; readonly topic: string; readonly percent: number }
  | { readonly kind: 'read'; readonly material_id: string; readonly title: string };

interface Standing {
  readonly columns: readonly SheetColumn[];
  readonly cells: readonly (CellStanding | null)[];
  readonly topics: readonly { readonly topic: string; readonly percent: number | null }[];
  readonly materials: readonly MaterialProgress[];
}

/** Topics below this are worth another look. */
const reviewBelowPercent = 70;
const maxReviews = 3;
const maxReadings = 3;

/**
 * What is open and not handed in, by its due date; then the weakest topics; then materials, those begun
 * first.
 */
export function nextThings(
  reader: Reader,
  userId: string,
  now: number,
  standing: Standing,
): NextThing[] {
  return [...toHandIn(reader, userId, now, standing), ...toReview(standing), ...toRead(standing)];
}

function toHandIn(
  reader: Reader,
  userId: string,
  now: number,
  { columns, cells }: Standing,
): NextThing[] {
  const open = columns.flatMap((column, n) => {
    const cell = cells[n] ?? null;
    if (cell !== null && (cell.attempts > 0 || cell.posted)) return [];
    const { unlock_at, due_at, lock_at, grace_seconds } = effectiveDates(
      reader,
      column.id,
      column,
      userId,
    );
    if ((unlock_at !== null && now < unlock_at) || (lock_at !== null && now > lock_at)) return [];
    const is_overdue = due_at !== null && now > due_at + grace_seconds * 1000;
    return [{ column, due_at, is_overdue }];
  });
  return open
    .sort((a, b) => (a.due_at ?? Number.MAX_VALUE) - (b.due_at ?? Number.MAX_VALUE))
    .map(({ column, due_at, is_overdue }) => ({
      kind: 'hand_in',
      assignment_id: column.id,
      title: column.title,
      due_at: toRfc3339OrNull(due_at),
      is_overdue,
    }));
}

function toReview({ topics }: Standing): NextThing[] {
  return topics
    .flatMap(({ topic, percent }) => (percent === null ? [] : [{ topic, percent }]))
    .filter(({ percent }) => percent < reviewBelowPercent)
    .sort((a, b) => a.percent - b.percent)
    .slice(0, maxReviews)
    .map((one) => ({ kind: 'review', ...one }));
}

function toRead({ materials }: Standing): NextThing[] {
  return ['started', 'unread']
    .flatMap((state) => materials.filter((material) => material.state === state))
    .slice(0, maxReadings)
    .map(({ material_id, title }) => ({ kind: 'read', material_id, title }));
}
