import type { Test } from 'tap';
import { createAssignment } from '../lms/commands/create-assignment.ts';
import { createCourse } from '../lms/commands/create-course.ts';
import { createFile } from '../lms/commands/create-file.ts';
import { enroll } from '../lms/commands/enroll.ts';
import { newId } from './ids.ts';
import type { ApiSettings } from './settings.ts';
import { TestApi, type TestUser } from './testing.ts';

export type Person =
  | 'student'
  | 'otherStudent'
  | 'ta'
  | 'instructor'
  | 'admin'
  | 'foreignStudent'
  | 'foreignInstructor';

/** A course with its people, and people of another course, for tests of what happens in one. */
export interface CourseScene {
  readonly api: TestApi;
  readonly course_id: string;
  readonly people: Readonly<Record<Person, TestUser>>;
  /** Sends a request as this person; `null`: without a token. */
  as(
    person: Person | null,
    target: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Makes an assignment and returns its id. */
  assignment(changes?: object): string;
  /** Makes a file of this person and returns its id. */
  file(person: Person): string;
}

export function courseScene(t: Test, settings: Partial<ApiSettings> = {}): CourseScene {
  const api = new TestApi(settings);
  t.teardown(() => api.close());
  const people = {
    student: api.user('sue', 'student'),
    otherStudent: api.user('stu', 'student'),
    ta: api.user('tom', 'student'),
    instructor: api.user('ann', 'instructor'),
    admin: api.user('root', 'admin'),
    foreignStudent: api.user('mal', 'student'),
    foreignInstructor: api.user('eve', 'instructor'),
  };
  const own = { student: 'student', otherStudent: 'student', ta: 'ta' } as const;
  const course_id = addCourse(api, people.instructor.id, (add) => {
    for (const [person, role] of Object.entries(own)) add(people[person as Person].id, role);
  });
  addCourse(api, people.foreignInstructor.id, (add) => add(people.foreignStudent.id, 'student'));

  return {
    api,
    course_id,
    people,
    as: (person, target, body, headers) =>
      api.request(target, {
        ...(person !== null && { token: people[person].token }),
        ...(body !== undefined && { body }),
        ...(headers !== undefined && { headers }),
      }),
    assignment: (changes) =>
      api.command(
        createAssignment,
        {
          assignment_id: newId('asg'),
          course_id,
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
          topics: [],
          ...changes,
        },
        people.instructor.id,
      ).id,
    file: (person) =>
      api.command(
        createFile,
        {
          file_id: newId('fil'),
          sha256: 'a'.repeat(64),
          size_bytes: 3,
          media_type: 'text/plain',
          filename: 'notes.txt',
        },
        people[person].id,
      ).id,
  };
}

type Role = 'student' | 'ta';

function addCourse(
  api: TestApi,
  instructorId: string,
  addMembers: (add: (userId: string, role: Role) => void) => void,
): string {
  const course_id = newId('crs');
  api.command(
    createCourse,
    { course_id, code: 'C', title: 'Course', description_md: '' },
    instructorId,
  );
  addMembers((user_id, role) => api.command(enroll, { course_id, user_id, role }, instructorId));
  return course_id;
}

/** The items of a page. `t.match(page, {items: []})` would also match a page that has some. */
export async function itemsOf<Item = unknown>(response: Response | Promise<Response>) {
  const { items } = (await (await response).json()) as { items: Item[] };
  return items;
}
