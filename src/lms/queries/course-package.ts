import { fromMilliPoints } from '../points.ts';
import { requireInCourse } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339, toRfc3339OrNull } from '../time.ts';
import type { Actor } from '../tx.ts';
import { written } from '../written.ts';
import { type AssignmentRow, assignmentForStaff } from './assignments.ts';
import { courseById } from './courses.ts';
import { type AttachedFile, attached, fileById } from './files.ts';
import { showRubricPoints } from './grades.ts';

/** A file as a package names it: by its bytes. */
export type PackedFile = Omit<AttachedFile, 'id'>;

export function packed(file: AttachedFile): PackedFile {
  const { filename, media_type, size_bytes, sha256 } = file;
  return { filename, media_type, size_bytes, sha256 };
}

/** Refuses whoever may not export the course. */
export function packedCourse(reader: Reader, actor: Actor, courseId: string) {
  requireInCourse(reader, actor, courseId, 'course.export');
  const course = written(courseById(reader, courseId, actor.id));
  const { id, code, title, description_md, status } = course;
  return { id, code, title, description_md, status };
}

/** Assignments by id, without what belongs to one course or one moment. */
export function packedAssignments(reader: Reader, courseId: string, after: string, limit: number) {
  return reader
    .all<AssignmentRow>(
      `SELECT * FROM assignments
        WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
      courseId,
      after,
      limit,
    )
    .map((row) => {
      const {
        course_id: _,
        locked,
        version,
        created_at,
        updated_at,
        attachments,
        ...rest
      } = assignmentForStaff(reader, row);
      return { ...rest, attachments: attachments.map(packed) };
    });
}

interface MaterialRow {
  readonly id: string;
  readonly title: string;
  readonly topic: string | null;
  readonly text_md: string | null;
  readonly file_id: string | null;
}

export function packedMaterials(reader: Reader, courseId: string, after: string, limit: number) {
  return reader
    .all<MaterialRow>(
      `SELECT id, title, topic, text_md, file_id FROM materials
        WHERE course_id = ? AND deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
      courseId,
      after,
      limit,
    )
    .map(({ file_id, ...row }) => {
      const file = file_id === null ? null : fileById(reader, file_id);
      return { ...row, file: file === null ? null : packed(attached(file)) };
    });
}

/** Who is in the course. */
export function packedPeople(reader: Reader, courseId: string, after: string, limit: number) {
  return reader.all<{ id: string; username: string; display_name: string; role: string }>(
    `SELECT e.user_id AS id, u.username, u.display_name, e.role
       FROM enrollments e JOIN users u ON u.id = e.user_id
      WHERE e.course_id = ? AND e.user_id > ? ORDER BY e.user_id LIMIT ?`,
    courseId,
    after,
    limit,
  );
}

interface SubmissionRow {
  readonly id: string;
  readonly assignment_id: string;
  readonly student_id: string;
}

interface AttemptRow {
  readonly number: number;
  readonly text_md: string | null;
  readonly received_at: number;
  readonly committed_at: number;
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
 * What was handed in for an assignment, by student, with every attempt, every version of the grade and
 * what was asked about it.
 */
export function packedSubmissions(
  reader: Reader,
  assignmentId: string,
  after: string,
  limit: number,
) {
  return reader
    .all<SubmissionRow>(
      `SELECT id, assignment_id, student_id FROM submissions
        WHERE assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)
          AND id > ? ORDER BY id LIMIT ?`,
      assignmentId,
      after,
      limit,
    )
    .map((row) => ({
      ...row,
      attempts: attemptsOf(reader, row.id),
      grades: gradesOf(reader, row.id),
      regrade_requests: regradeRequestsOf(reader, row.id),
    }));
}

function attemptsOf(reader: Reader, submissionId: string) {
  return reader
    .all<AttemptRow>(
      `SELECT number, text_md, received_at, committed_at FROM attempts
        WHERE submission = (SELECT sequence FROM submissions WHERE id = ?) ORDER BY number`,
      submissionId,
    )
    .map((attempt) => ({
      ...attempt,
      received_at: toRfc3339(attempt.received_at),
      committed_at: toRfc3339OrNull(attempt.committed_at),
      files: reader
        .all<PackedFile>(
          `SELECT f.filename, f.media_type, f.size_bytes, f.sha256
             FROM attempt_files a JOIN files f ON f.id = a.file_id
            WHERE a.submission = (SELECT sequence FROM submissions WHERE id = ?) AND a.number = ? ORDER BY a.position`,
          submissionId,
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

function gradesOf(reader: Reader, submissionId: string) {
  return reader
    .all<GradeRow>(
      `SELECT version, attempt, points, rubric_points, feedback_md, state, actor_id, reason, at
         FROM grade_history WHERE submission = (SELECT sequence FROM submissions WHERE id = ?)
        ORDER BY version`,
      submissionId,
    )
    .map((grade) => ({
      ...grade,
      points: fromMilliPoints(grade.points),
      rubric_points: showRubricPoints(grade.rubric_points),
      at: toRfc3339(grade.at),
    }));
}
