import { newCommandId, newId } from '../../src/http/ids.ts';
import { newToken, tokenHash } from '../../src/http/tokens.ts';
import type { Command } from '../../src/lms/command.ts';
import { passwordMark } from '../../src/lms/verified-password.ts';

/** How much of everything there is. */
export interface Size {
  readonly users: number;
  readonly courses: number;
  /** Of every course but the large one. */
  readonly students_per_course: number;
  readonly assignments_per_course: number;
  /** Of the students of a course, how many hand in each assignment. */
  readonly handed_in: number;
  /** Of the large course, where everybody hands in everything. */
  readonly large_students: number;
  readonly large_assignments: number;
  /** Of another course; they are logged in. */
  readonly rush_students: number;
}

/**
 * 100,000 users and 1,000,000 submissions, half of them in one course; `scale` times as many, but so many
 * students before a deadline as are asked for.
 */
export function universityOf(scale: number, rush_students = Math.round(10_000 * scale)): Size {
  const part = (whole: number) => Math.max(2, Math.round(whole * scale));
  const courses = part(2_000);
  return {
    users: Math.max(part(100_000), rush_students + courses),
    courses,
    students_per_course: 200,
    assignments_per_course: 10,
    handed_in: 25,
    large_students: part(5_000),
    large_assignments: 100,
    rush_students,
  };
}

/** Whom and what a measurement asks for. */
export interface Landmarks {
  /** Token of the instructor of the large course. */
  readonly instructor: string;
  readonly course: string;
  readonly assignment: string;
  readonly submission: string;
  readonly student: string;
  readonly rush: RushCourse;
}

/** A course whose students are logged in. */
export interface RushCourse {
  readonly course: string;
  /** Tokens. */
  readonly instructor: string;
  readonly students: readonly { readonly id: string; readonly token: string }[];
}

/** A PHC string as long as real ones are, that no password fits. */
const PASSWORD_HASH = `$argon2id$v=19$m=19456,t=2,p=1$${'c2FsdCBvZiB0ZXN0cw'}$${'x'.repeat(43)}`;
const termMs = 16 * 7 * 24 * 60 * 60 * 1000;
const sessionMs = 24 * 60 * 60 * 1000;
/** The log's time ends a little before now: what is written next comes later. */
const beforeNowMs = 10 * 60 * 1000;

/**
 * The commands of a term, in the order in which they enter the log: accounts, courses, who takes them,
 * then assignment by assignment what is handed in and its grade. Their times are spread over the term.
 */
export class University {
  readonly size: Size;
  /** How many commands there are. */
  readonly commands: number;
  readonly #students: string[] = [];
  readonly #courses: Course[] = [];
  readonly #tokens = new Map<string, string>();
  readonly #end = Date.now() - beforeNowMs;
  #made = 0;
  #submission = '';

  constructor(size: Size) {
    this.size = size;
    this.commands = countCommands(size);
  }

  /** Only when all commands were taken. */
  get landmarks(): Landmarks {
    const [large, rush] = this.#courses;
    if (large === undefined || rush === undefined)
      throw new Error('the commands have not been taken');
    return {
      instructor: this.#tokenOf(large.teacher),
      course: large.id,
      assignment: large.assignments[0] ?? '',
      submission: this.#submission,
      student: this.#students[0] ?? '',
      rush: {
        course: rush.id,
        instructor: this.#tokenOf(rush.teacher),
        students: rush.students.map((id) => ({ id, token: this.#tokenOf(id) })),
      },
    };
  }

  *everything(): Generator<Command<object>> {
    yield* this.#people();
    for (let n = 0; n < this.size.courses; n += 1) yield* this.#course(n);
    const most = Math.max(this.size.large_assignments, this.size.assignments_per_course);
    for (let round = 0; round < most; round += 1) {
      for (const course of this.#courses) yield* this.#work(course, round);
    }
    yield* this.#logins();
  }

  *#people(): Generator<Command<object>> {
    const { users, courses } = this.size;
    for (let n = 0; n < courses; n += 1) {
      const id = newId('usr');
      this.#courses.push({ id: newId('crs'), teacher: id, students: [], assignments: [] });
      yield this.#user(id, `teacher${n}`, 'instructor');
    }
    for (let n = courses; n < users; n += 1) {
      const id = newId('usr');
      this.#students.push(id);
      yield this.#user(id, `student${n}`, 'student');
    }
  }

  *#course(n: number): Generator<Command<object>> {
    const course = this.#courses[n];
    if (course === undefined) throw new Error('there is no such course');
    const { id: course_id, teacher } = course;
    const what = { code: `C${n}`, title: `Course ${n}`, description_md: 'What it is about.' };
    yield this.#by(teacher, 'CREATE_COURSE', { course_id, ...what });
    const assignments = assignmentsOf(this.size, n);
    for (let k = 0; k < assignments; k += 1) {
      const id = newId('asg');
      course.assignments.push(id);
      yield this.#by(teacher, 'CREATE_ASSIGNMENT', assignmentFields(id, course_id, k));
    }
    const count = studentsOf(this.size, n);
    const from = n < 2 ? 0 : n * this.size.students_per_course;
    for (let k = 0; k < count; k += 1) {
      const user_id = this.#students[(from + k) % this.#students.length] ?? '';
      course.students.push(user_id);
      yield this.#by(teacher, 'ENROLL', { course_id, user_id, role: 'student' });
    }
  }

  *#work({ assignments, students, teacher }: Course, round: number): Generator<Command<object>> {
    const assignment_id = assignments[round];
    if (assignment_id === undefined) return;
    const isLarge = students === this.#courses[0]?.students;
    const count = isLarge ? students.length : Math.min(this.size.handed_in, students.length);
    const submissions: string[] = [];
    for (let k = 0; k < count; k += 1) {
      const submission_id = newId('sub');
      submissions.push(submission_id);
      const student = students[isLarge ? k : (round * count + k) % students.length] ?? '';
      const work = { text_md: 'My answer is 42, as shown.', file_ids: [], new_files: [] };
      yield this.#by(student, 'SUBMIT_ASSIGNMENT', { assignment_id, submission_id, ...work });
    }
    for (const [k, submission_id] of submissions.entries()) {
      yield this.#by(teacher, 'GRADE_ASSIGNMENT', {
        submission_id,
        expected_version: 0,
        points: (k % 41) * 500,
        feedback_md: 'Well done; see page 3.',
        state: 'posted',
        attempt: null,
        reason: null,
      });
    }
    if (isLarge) this.#submission = submissions[0] ?? '';
  }

  /** At the end of the term, so that they have not expired. */
  *#logins(): Generator<Command<object>> {
    const [large, rush] = this.#courses;
    if (large === undefined || rush === undefined) throw new Error('there are two courses');
    for (const id of [large.teacher, rush.teacher, ...rush.students]) yield this.#login(id);
  }

  #tokenOf(user: string): string {
    return this.#tokens.get(user) ?? '';
  }

  #login(user_id: string): Command<object> {
    const token = newToken('access');
    this.#tokens.set(user_id, token);
    return this.#by(null, 'CREATE_SESSION', {
      new_session_id: newId('ses'),
      user_id,
      token_sha256: tokenHash(token),
      expires_at: Date.now() + sessionMs,
      verified_mark: passwordMark(PASSWORD_HASH),
      address: null,
    });
  }

  #user(user_id: string, username: string, site_role: string): Command<object> {
    return this.#by(null, 'CREATE_USER', {
      user_id,
      username,
      username_key: username,
      display_name: `The ${username}`,
      email: `${username}@example.org`,
      site_role,
      password_hash: PASSWORD_HASH,
    });
  }

  #by(actor_id: string | null, kind: string, payload: object): Command<object> {
    this.#made += 1;
    const received_at = this.#end - Math.round(termMs * (1 - this.#made / this.commands));
    const header = { command_id: newCommandId(), actor_id, session_id: null, received_at };
    return { kind, v: 1, ...header, ...payload };
  }
}

interface Course {
  readonly id: string;
  readonly teacher: string;
  readonly students: string[];
  readonly assignments: string[];
}

function studentsOf(size: Size, course: number): number {
  const students = size.users - size.courses;
  const wanted = [size.large_students, size.rush_students][course] ?? size.students_per_course;
  return Math.min(wanted, students);
}

function assignmentsOf(size: Size, course: number): number {
  return course === 0 ? size.large_assignments : size.assignments_per_course;
}

/** How many there are of each, for whoever prints it. */
export function contentsOf(size: Size) {
  let enrollments = 0;
  let assignments = 0;
  let submissions = 0;
  for (let n = 0; n < size.courses; n += 1) {
    const students = studentsOf(size, n);
    enrollments += students;
    assignments += assignmentsOf(size, n);
    submissions +=
      assignmentsOf(size, n) * (n === 0 ? students : Math.min(size.handed_in, students));
  }
  return { users: size.users, courses: size.courses, enrollments, assignments, submissions };
}

function countCommands(size: Size): number {
  const { users, courses, enrollments, assignments, submissions } = contentsOf(size);
  const logins = 2 + studentsOf(size, 1);
  return users + courses + enrollments + assignments + 2 * submissions + logins;
}

function assignmentFields(assignment_id: string, course_id: string, n: number): object {
  return {
    assignment_id,
    course_id,
    title: `Exercise ${n}`,
    body_md: 'What is to be done.',
    attachments: [],
    points_possible: 20_000,
    weight: 1_000,
    unlock_at: null,
    due_at: null,
    lock_at: null,
    grace_seconds: 0,
    max_attempts: null,
    topics: [`topic ${n % 8}`],
  };
}
