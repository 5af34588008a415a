import { defineCommand } from '../command.ts';
import { type EffectiveDates, effectiveDates } from '../effective-dates.ts';
import { linkFile } from '../file-links.ts';
import { type CountedTime, countedTime } from '../lateness.ts';
import { maxFilesPerAttempt } from '../limits.ts';
import { requireActive } from '../policy.ts';
import { requireAssignmentDates } from '../queries/assignments.ts';
import { type HandedIn, handedIn } from '../queries/submissions.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor, Tx } from '../tx.ts';
import { insertFile, type NewFile } from './create-file.ts';

export interface SubmitAssignment {
  readonly assignment_id: string;
  /** For the submission if this is the first attempt; else the one that exists is used. */
  readonly submission_id: string;
  readonly text_md: string | null;
  /** In the order in which they were handed in. */
  readonly file_ids: readonly string[];
  /** Those of them that come into being with the attempt. */
  readonly new_files: readonly NewFile[];
}

/** Text and files become an attempt together, or nothing does. */
export const submitAssignment = defineCommand<SubmitAssignment, HandedIn>({
  kind: 'SUBMIT_ASSIGNMENT',
  v: 1,
  apply(tx, command) {
    const counted = countedTime(command.received_at, tx.committedAt);
    const assignment = requireOpenAssignment(
      tx,
      tx.actor,
      command.assignment_id,
      counted.counted_at,
    );
    const submission = openAttempt(tx, assignment, command.submission_id);
    requireContent(command);
    insertAttempt(tx, submission, command, counted);
    attachFiles(tx, assignment, submission, command);
    tx.target(submission.id);
    tx.emit({
      type: 'submission.received',
      course_id: assignment.course_id,
      user_id: tx.actor.id,
      data: {
        submission_id: submission.id,
        assignment_id: assignment.id,
        attempt: submission.attempt,
      },
    });
    return handedIn(tx, submission.id);
  },
});

/**
 * The assignment with what holds for the actor, if they may hand in for it. Asked before the log too, so that nobody sends
 * files for nothing.
 *
 * @param now ms since the epoch, the time that counts
 */
export function requireOpenAssignment(
  reader: Reader,
  actor: Actor,
  assignmentId: string,
  now: number,
): OpenAssignment {
  const { row, course } = requireAssignmentDates(reader, actor, assignmentId, 'submission.create');
  requireActive(course);
  const dates = effectiveDates(reader, row.id, row, actor.id);
  requireOpen(dates, now);
  return { id: row.id, course_id: row.course_id, max_attempts: dates.max_attempts };
}

export interface OpenAssignment {
  readonly id: string;
  readonly course_id: string;
  /** `null`: as many as one likes. */
  readonly max_attempts: number | null;
}

interface OpenAttempt {
  readonly id: string;
  readonly attempt: number;
}

function requireOpen({ unlock_at, lock_at }: EffectiveDates, now: number): void {
  if (unlock_at !== null && now < unlock_at) {
    throw new Refusal('not_open', `The assignment opens at ${toRfc3339(unlock_at)}.`);
  }
  if (lock_at !== null && now > lock_at) {
    throw new Refusal('closed', `The assignment was closed at ${toRfc3339(lock_at)}.`);
  }
}

function requireContent(command: SubmitAssignment): void {
  if (command.file_ids.length > maxFilesPerAttempt) {
    const detail = `An attempt has at most ${maxFilesPerAttempt} files. Pack them into an archive.`;
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer: '/file_ids', code: 'too_many_files', detail }],
    });
  }
  if (command.file_ids.length === 0 && (command.text_md ?? '').trim() === '') {
    const detail = 'There is neither a text nor a file in it. Hand in at least one of them.';
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer: '', code: 'empty_submission', detail }],
    });
  }
}

/** Counts the attempt on the student's submission, which the first attempt makes. */
function openAttempt(tx: Tx, assignment: OpenAssignment, newId: string): OpenAttempt {
  const own = tx.get<{ id: string; attempt_count: number }>(
    `SELECT id, attempt_count FROM submissions
      WHERE student_id = ? AND assignment = (SELECT number FROM gradebook_assignments WHERE assignment_id = ?)`,
    tx.actor.id,
    assignment.id,
  );
  const attempt = (own?.attempt_count ?? 0) + 1;
  if (assignment.max_attempts !== null && attempt > assignment.max_attempts) {
    const allowed = assignment.max_attempts;
    throw new Refusal(
      'too_many_attempts',
      `The assignment allows ${allowed} ${allowed === 1 ? 'attempt' : 'attempts'}; you have used all.`,
    );
  }
  if (own === undefined) insertSubmission(tx, assignment, newId);
  else {
    tx.run(
      'UPDATE submissions SET attempt_count = ?, needs_grading = 1, updated_at = ? WHERE id = ?',
      attempt,
      tx.committedAt,
      own.id,
    );
  }
  return { id: own?.id ?? newId, attempt };
}

function insertSubmission(tx: Tx, assignment: OpenAssignment, id: string): void {
  if (tx.get('SELECT 1 FROM submissions WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a submission with this id already.');
  }
  tx.run(
    `INSERT INTO submissions (id, assignment_id, assignment, course_id, student_id, attempt_count,
       needs_grading, created_at, updated_at)
     VALUES (?, ?, (SELECT number FROM gradebook_assignments WHERE assignment_id = ?), ?, ?, 1, 1,
       ?, ?)`,
    id,
    assignment.id,
    assignment.id,
    assignment.course_id,
    tx.actor.id,
    tx.committedAt,
    tx.committedAt,
  );
}

function insertAttempt(
  tx: Tx,
  submission: OpenAttempt,
  command: SubmitAssignment & { readonly received_at: number },
  counted: CountedTime,
): void {
  tx.run(
    `INSERT INTO attempts (submission, number, text_md, received_at, committed_at, counted_at,
       clock_suspect, log_index)
     VALUES ((SELECT sequence FROM submissions WHERE id = ?), ?, ?, ?, ?, ?, ?, ?)`,
    submission.id,
    submission.attempt,
    command.text_md,
    command.received_at,
    tx.committedAt,
    counted.counted_at,
    counted.clock_suspect ? 1 : 0,
    tx.index,
  );
}

function attachFiles(
  tx: Tx,
  assignment: OpenAssignment,
  submission: OpenAttempt,
  command: SubmitAssignment,
): void {
  for (const file of command.new_files) insertFile(tx, file);
  command.file_ids.forEach((fileId, position) => {
    linkFile(
      tx,
      {
        file_id: fileId,
        kind: 'submission',
        object_id: submission.id,
        course_id: assignment.course_id,
        user_id: tx.actor.id,
      },
      `/file_ids/${position}`,
    );
    tx.run(
      `INSERT INTO attempt_files (submission, number, position, file_id)
       VALUES ((SELECT sequence FROM submissions WHERE id = ?), ?, ?, ?)`,
      submission.id,
      submission.attempt,
      position,
      fileId,
    );
  });
}
