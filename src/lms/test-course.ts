import { TestMachine } from './test-machine.ts';
import type { Actor } from './tx.ts';

/** Who takes part in the tests of what happens in a course. */
export const PEOPLE = {
  admin: 'usr_root',
  instructor: 'usr_ann',
  ta: 'usr_tom',
  student: 'usr_sue',
  otherStudent: 'usr_stu',
  foreignInstructor: 'usr_eve',
  foreignStudent: 'usr_mal',
  nobodyKnown: 'usr_gone',
} as const;

export type Person = keyof typeof PEOPLE;

/** The person as the reader of a query. */
export function actorOf(person: Person): Actor {
  return { id: PEOPLE[person], site_role: person === 'admin' ? 'admin' : 'student' };
}

/** In the course `crs_1`, and in no other but the archived `crs_old`: instructor, ta and students. */
export class TestCourse extends TestMachine {
  /** @param path of the database; in memory there is nothing to take a snapshot of */
  constructor(path?: string) {
    super(path);
    this.addUser(PEOPLE.admin, 'admin');
    this.addUser(PEOPLE.instructor, 'instructor');
    this.addUser(PEOPLE.foreignInstructor, 'instructor');
    for (const person of ['ta', 'student', 'otherStudent', 'foreignStudent'] as const) {
      this.addUser(PEOPLE[person], 'student');
    }
    this.#addCourseWith('crs_1', 'instructor', ['ta', 'student', 'otherStudent']);
    this.#addCourseWith('crs_old', 'instructor', ['ta', 'student']);
    this.#addCourseWith('crs_2', 'foreignInstructor', ['foreignStudent']);
  }

  archive(courseId: string): void {
    this.must(PEOPLE.instructor, 'UPDATE_COURSE', { course_id: courseId, status: 'archived' });
  }

  addFile(id: string, owner: Person): void {
    this.must(PEOPLE[owner], 'CREATE_FILE', {
      file_id: id,
      sha256: id.padStart(64, '0'),
      size_bytes: 3,
      media_type: 'text/plain',
      filename: `${id}.txt`,
    });
  }

  addAssignment(id: string, changes: object = {}): void {
    this.must(
      PEOPLE.instructor,
      'CREATE_ASSIGNMENT',
      newAssignment({ assignment_id: id, ...changes }),
    );
  }

  handIn(person: Person, assignmentId: string, submissionId: string): void {
    this.must(PEOPLE[person], 'SUBMIT_ASSIGNMENT', {
      assignment_id: assignmentId,
      submission_id: submissionId,
      text_md: 'done',
      file_ids: [],
      new_files: [],
    });
  }

  /** Types and readers of the events of the last entry that wrote any. */
  lastEvents(): { type: string; course_id: string | null; user_id: string | null; data: string }[] {
    return this.reader.all(
      `SELECT type, course_id, user_id, data FROM events
        WHERE log_index = (SELECT max(log_index) FROM journal) ORDER BY n`,
    );
  }

  /** What the last command was about, as the journal has it. */
  lastTarget(): string | null {
    const row = this.reader.get<{ target_id: string | null }>(
      'SELECT target_id FROM audit_trail ORDER BY log_index DESC LIMIT 1',
    );
    return row?.target_id ?? null;
  }

  #addCourseWith(id: string, instructor: Person, others: readonly Person[]): void {
    this.addCourse(id, PEOPLE[instructor]);
    for (const person of others) {
      const role = person === 'ta' ? 'ta' : 'student';
      this.must(PEOPLE[instructor], 'ENROLL', { course_id: id, user_id: PEOPLE[person], role });
    }
  }
}

export function newAssignment(changes: object = {}) {
  return {
    assignment_id: 'asg_1',
    course_id: 'crs_1',
    title: 'Essay',
    body_md: 'Write.',
    attachments: [],
    points_possible: 10_000,
    weight: 1_000,
    unlock_at: null,
    due_at: null,
    lock_at: null,
    grace_seconds: 0,
    max_attempts: null,
    topics: ['logs'],
    ...changes,
  };
}

/** The text alone, unless `changes` says more. */
export function newAttempt(changes: object = {}) {
  return {
    assignment_id: 'asg_1',
    submission_id: 'sub_1',
    text_md: 'My essay.',
    file_ids: [],
    new_files: [],
    ...changes,
  };
}
