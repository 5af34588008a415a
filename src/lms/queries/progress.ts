import { fromHundredths, percentOf } from '../percent.ts';
import { mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';
import { weightedTotals } from '../weighted-total.ts';
import {
  countedPoints,
  openSheet,
  type Sheet,
  type SheetCell,
  type SheetStudent,
  sheetStudent,
  sheetStudents,
} from './gradebook-sheet.ts';
import { type MaterialProgress, materialsDone, materialsProgress } from './material-progress.ts';
import { type NextThing, nextThings } from './next-things.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** How a student stands, from posted grades only: the same for staff and for the student. */
export interface Progress {
  readonly student: {
    readonly id: string;
    readonly username: string;
    readonly display_name: string;
  };
  readonly assignment_count: number;
  readonly submitted_count: number;
  /** Of those: the latest attempt was in time, or not. */
  readonly on_time_count: number;
  readonly late_count: number;
  /** Due, and neither handed in nor graded. */
  readonly missing_count: number;
  readonly graded_count: number;
  readonly completion_percent: number | null;
  /** Weighted, of what is graded, after the late policy. */
  readonly average_percent: number | null;
  /** By the average: from 70 % and from 85 %; `null` without grades. */
  readonly level: 'beginner' | 'intermediate' | 'advanced' | null;
  readonly material_done_count: number;
  readonly query_count: number;
  readonly tutor_message_count: number;
}

/** How well a topic is known: the weighted average of its graded assignments. */
export interface TopicMastery {
  readonly topic: string;
  readonly assignment_count: number;
  readonly graded_count: number;
  readonly percent: number | null;
}

export interface ProgressInDetail extends Progress {
  readonly topics: TopicMastery[];
  readonly materials: MaterialProgress[];
  /** What to do next, most urgent first. */
  readonly next: NextThing[];
}

const maxMaterialsShown = 500;

/** Of all enrolled students, in the order of their ids, for staff; the key is `[id]`. */
export function listProgress(
  reader: Reader,
  actor: Actor,
  courseId: string,
  now: number,
  { limit, after }: PageRequest<readonly [string]>,
): Page<Progress, readonly [string]> {
  requireInCourse(reader, actor, courseId, 'grade.read_any');
  const sheet = openSheet(reader, courseId);
  const students = sheetStudents(reader, courseId, after?.[0] ?? '', limit + 1);
  const page = cutPage(students, limit, ({ student_id }) => [student_id] as const);
  return {
    items: page.items.map((one) =>
      progressOf(reader, courseId, sheet, one, sheet.cellsOf(one), now),
    ),
    next: page.next,
  };
}

/** One's own, also after one has left the course's students; that of others for staff. */
export function getProgress(
  reader: Reader,
  actor: Actor,
  courseId: string,
  userId: string,
  now: number,
): ProgressInDetail {
  const { role } = requireInCourse(reader, actor, courseId, 'course.read');
  const isAllowed = userId === actor.id || mayInCourse(actor, role, 'grade.read_any');
  const student = isAllowed ? sheetStudent(reader, courseId, userId) : null;
  if (student === null) {
    throw new Refusal('not_found', 'There is no such student, or they are not yours to see.');
  }
  const sheet = openSheet(reader, courseId);
  const cells = sheet.cellsOf(student);
  const topics = mastery(sheet, cells);
  const materials = materialsProgress(reader, courseId, userId, maxMaterialsShown);
  return {
    ...progressOf(reader, courseId, sheet, student, cells, now),
    topics,
    materials,
    next: nextThings(reader, userId, now, { columns: sheet.columns, cells, topics, materials }),
  };
}

function progressOf(
  reader: Reader,
  courseId: string,
  sheet: Sheet,
  student: SheetStudent,
  cells: readonly (SheetCell | null)[],
  now: number,
): Progress {
  const { student_id: id, username, display_name } = student;
  const submitted = cells.filter((cell) => cell !== null && cell.attempts > 0);
  const late = submitted.filter((cell) => cell !== null && cell.late_ms > 0).length;
  const { current_percent: average } = sheet.totalsOf(cells);
  return {
    student: { id, username, display_name },
    assignment_count: cells.length,
    submitted_count: submitted.length,
    on_time_count: submitted.length - late,
    late_count: late,
    missing_count: cells.filter((cell, n) => isMissing(sheet, student, cell, n, now)).length,
    graded_count: cells.filter((cell) => countedPoints(cell) !== null).length,
    completion_percent: percentOf(submitted.length, cells.length),
    average_percent: average === null ? null : fromHundredths(average),
    level: levelOf(average),
    material_done_count: materialsDone(reader, courseId, id),
    ...asked(reader, courseId, student),
  };
}

function isMissing(
  sheet: Sheet,
  { student_id }: SheetStudent,
  cell: SheetCell | null,
  n: number,
  now: number,
): boolean {
  if (cell !== null && (cell.attempts > 0 || cell.posted)) return false;
  const column = sheet.columns[n];
  if (column === undefined) return false;
  const { due_at, grace_seconds } = sheet.dueDates(column, student_id);
  return due_at !== null && now > due_at + grace_seconds * 1000;
}

function levelOf(average: number | null): Progress['level'] {
  if (average === null) return null;
  if (average >= 8_500) return 'advanced';
  return average >= 7_000 ? 'intermediate' : 'beginner';
}

/** How many queries are one's own an index knows; to keep their number would cost each of them a row. */
function asked(reader: Reader, courseId: string, { number, student_id }: SheetStudent) {
  const row = reader.get<{ queries: number; tutor_messages: number }>(
    `SELECT tutor_messages,
            (SELECT count(*) FROM queries
              WHERE author_id = ? AND course_id = ? AND deleted_at IS NULL) AS queries
       FROM gradebook_students WHERE number = ?`,
    student_id,
    courseId,
    number,
  );
  return { query_count: row?.queries ?? 0, tutor_message_count: row?.tutor_messages ?? 0 };
}

/** In the order in which the topics first occur. */
function mastery({ columns }: Sheet, cells: readonly (SheetCell | null)[]): TopicMastery[] {
  const places = new Map<string, number[]>();
  for (const [n, { topics }] of columns.entries()) {
    for (const topic of new Set(JSON.parse(topics) as string[])) {
      places.set(topic, [...(places.get(topic) ?? []), n]);
    }
  }
  return [...places].map(([topic, indexes]) => {
    const own = indexes.flatMap((n) => columns[n] ?? []);
    const points = indexes.map((n) => countedPoints(cells[n] ?? null));
    const { current_percent: percent } = weightedTotals(own)(points);
    return {
      topic,
      assignment_count: indexes.length,
      graded_count: points.filter((one) => one !== null).length,
      percent: percent === null ? null : fromHundredths(percent),
    };
  });
}
