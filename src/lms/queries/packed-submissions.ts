import { effectiveDates } from '../effective-dates.ts';
import { fromMilliPoints } from '../points.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { AssignmentDates } from './assignments.ts';
import type { PackedFile } from './course-package.ts';
import { gradeOf, showRubricPoints } from './grades.ts';
import { shownDates } from './overrides.ts';
import { cutPage, type PageRequest } from './page.ts';

interface SubmissionRow {
  readonly sequence: number;
  readonly id: string;
  readonly assignment_id: string;
  readonly student_id: string;
}

interface AttemptRow {
  readonly number: number;
  readonly text_md: string | null;
  readonly received_at: number;
  readonly committed_at: number;
  readonly counted_at: number;
  readonly clock_suspect: 0 | 1;
}

interface GradeRow {
  readonly version: number;
  readonly attempt: number;
  readonly points: number;
  readonly rubric_points: string | null;
  readonly feedback_md: string;
  readonly state: string;
  readonly actor_id: string;
  readonly reason: string | null;
  readonly at: number;
}

/**
 * What was handed in for an assignment, in the order of first attempts, with every attempt, every version
 * of the grade and what was asked about it; the key is `[sequence]`.
 */
export function packedSubmissions(
  reader: Reader,
  assignment: AssignmentDates,
  { limit, after }: PageRequest<readonly [number]>,
) {
  const rows = reader.all<SubmissionRow>(
    `SELECT sequence, id, assignment_id, student_id FROM submissions
      WHERE assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)
        AND sequence > ? ORDER BY sequence LIMIT ?`,
    assignment.id,
    after?.[0] ?? 0,
    limit + 1,
  );
  const page = cutPage(rows, limit, ({ sequence }) => [sequence] as const);
  const items = page.items.map(({ sequence, ...row }) => ({
    ...row,
    effective: shownDates(effectiveDates(reader, assignment.id, assignment, row.student_id)),
    attempts: attemptsOf(reader, sequence),
    grades: gradesOf(reader, sequence),
    result: resultOf(reader, row.id),
    regrade_requests: regradeRequestsOf(reader, row.id),
  }));
  return { items, next: page.next };
}

/** What the latest version of the grade comes to; `null` while there is none. */
function resultOf(reader: Reader, submissionId: string) {
  const grade = gradeOf(reader, submissionId);
  if (grade === null) return null;
  const { version, late_ms, late_deduction, final_points } = grade;
  return { version, late_ms, late_deduction, final_points };
}

function attemptsOf(reader: Reader, submission: number) {
  return reader
    .all<AttemptRow>(
      `SELECT number, text_md, received_at, committed_at, counted_at, clock_suspect FROM attempts
        WHERE submission = ? ORDER BY number`,
      submission,
    )
    .map((attempt) => ({
      ...attempt,
      received_at: toRfc3339(attempt.received_at),
      committed_at: toRfc3339(attempt.committed_at),
      counted_at: toRfc3339(attempt.counted_at),
      clock_suspect: attempt.clock_suspect === 1,
      files: reader
        .all<PackedFile>(
          `SELECT f.filename, f.media_type, f.size_bytes, f.sha256
             FROM attempt_files a JOIN files f ON f.id = a.file_id
            WHERE a.submission = ? AND a.number = ? ORDER BY a.position`,
          submission,
          attempt.number,
        )
        .map((file) => ({ ...file })),
    }));
}

interface RegradeRow {
  readonly id: string;
  readonly grade_version: number;
  readonly state: string;
  readonly reason_md: string;
  readonly created_at: number;
  readonly answer_md: string | null;
  readonly answered_by: string | null;
  readonly answered_at: number | null;
}

function regradeRequestsOf(reader: Reader, submissionId: string) {
  return reader
    .all<RegradeRow>(
      `SELECT id, grade_version, state, reason_md, created_at, answer_md, answered_by, answered_at
         FROM regrade_requests WHERE submission_id = ? ORDER BY sequence`,
      submissionId,
    )
    .map((request) => ({
      ...request,
      created_at: toRfc3339(request.created_at),
      answered_at: toRfc3339OrNull(request.answered_at),
    }));
}

function gradesOf(reader: Reader, submission: number) {
  return reader
    .all<GradeRow>(
      `SELECT version, attempt, points, rubric_points, feedback_md, state, actor_id, reason, at
         FROM grade_history WHERE submission = ? ORDER BY version`,
      submission,
    )
    .map((grade) => ({
      ...grade,
      points: fromMilliPoints(grade.points),
      rubric_points: showRubricPoints(grade.rubric_points),
      at: toRfc3339(grade.at),
    }));
}
