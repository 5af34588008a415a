import type { DueDates } from '../course-dates.ts';
import { fromHundredths, percentOf } from '../percent.ts';
import { mayInCourse, requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';
import { weightedTotals } from '../weighted-total.ts';
import {
  type CellStanding,
  countedPoints,
  openSheet,
  type Sheet,
  type SheetStudent,
  sheetStudent,
  sheetStudents,
} from './gradebook-sheet.ts';
import { type MaterialProgress, materialsProgress } from './material-progress.ts';
import { type NextThing, nextThings } from './next-things.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

/** What a student does in a course that is not graded. */
interface BesideGrades {
  readonly material_done_count: number;
  readonly query_count: number;
  readonly tutor_message_count: number;
}

/** How a student stands, from posted grades only: the same for staff and for the student. */
export interface Progress extends BesideGrades {
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
const NOTHING: BesideGrades = { material_done_count: 0, query_count: 0, tutor_message_count: 0 };

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
  const last = page.items.at(-1)?.student_id ?? '';
  const beside = besideGrades(reader, courseId, page.items[0]?.student_id ?? '', last);
  return {
    items: page.items.map((one) =>
      progressOf(sheet, one, sheet.standingsOf(one), beside.get(one.student_id) ?? NOTHING, now),
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
  const cells = sheet.standingsOf(student);
  const topics = mastery(sheet, cells);
  const materials = materialsProgress(reader, courseId, userId, maxMaterialsShown);
  const beside = besideGrades(reader, courseId, userId, userId).get(userId) ?? NOTHING;
  return {
    ...progressOf(sheet, student, cells, beside, now),
    topics,
    materials,
    next: nextThings(reader, userId, now, { columns: sheet.columns, cells, topics, materials }),
  };
}

function progressOf(
  sheet: Sheet,
  student: SheetStudent,
  cells: readonly (CellStanding | null)[],
  beside: BesideGrades,
  now: number,
): Progress {
  const { student_id: id, username, display_name } = student;
  const { current_percent: average } = sheet.totalsOf(cells);
  const counts = countCells(sheet, id, cells, now);
  return {
    student: { id, username, display_name },
    assignment_count: cells.length,
    ...counts,
    completion_percent: percentOf(counts.submitted_count, cells.length),
    average_percent: average === null ? null : fromHundredths(average),
    level: levelOf(average),
    ...beside,
  };
}

function countCells(
  sheet: Sheet,
  studentId: string,
  cells: readonly (CellStanding | null)[],
  now: number,
) {
  let [submitted, late, missing, graded] = [0, 0, 0, 0];
  for (const [n, cell] of cells.entries()) {
    const isSubmitted = cell !== null && cell.attempts > 0;
    if (isSubmitted) {
      submitted += 1;
      if (cell.late_ms > 0) late += 1;
    } else if (cell?.posted !== true && isOverdue(sheet.dueDates(n, studentId), now)) missing += 1;
    if (countedPoints(cell) !== null) graded += 1;
  }
  return {
    submitted_count: submitted,
    on_time_count: submitted - late,
    late_count: late,
    missing_count: missing,
    graded_count: graded,
  };
}

function isOverdue({ due_at, grace_seconds }: DueDates, now: number): boolean {
  return due_at !== null && now > due_at + grace_seconds * 1000;
}

function levelOf(average: number | null): Progress['level'] {
  if (average === null) return null;
  if (average >= 8_500) return 'advanced';
  return average >= 7_000 ? 'intermediate' : 'beginner';
}

/**
 * Of the students of a course whose ids lie between these two. How many queries and materials are one's
 * own an index knows; to keep their number would cost each of them a row.
 */
function besideGrades(
  reader: Reader,
  courseId: string,
  first: string,
  last: string,
): Map<string, BesideGrades> {
  const rows = reader.all<BesideGrades & { student_id: string }>(
    `SELECT s.student_id,
            (SELECT count(*) FROM material_progress p
               JOIN materials m ON m.id = p.material_id AND m.deleted_at IS NULL
              WHERE p.course_id = s.course_id AND p.user_id = s.student_id
                AND p.state = 'done') AS material_done_count,
            (SELECT count(*) FROM queries q
              WHERE q.asker = (SELECT number FROM journal_names WHERE name = s.student_id)
                AND q.course_id = s.course_id
                AND q.deleted_at IS NULL) AS query_count,
            s.tutor_messages AS tutor_message_count
       FROM gradebook_students s WHERE s.course_id = ? AND s.student_id BETWEEN ? AND ?`,
    courseId,
    first,
    last,
  );
  return new Map(rows.map(({ student_id, ...beside }) => [student_id, beside]));
}

/** In the order in which the topics first occur. */
function mastery({ columns }: Sheet, cells: readonly (CellStanding | null)[]): TopicMastery[] {
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
