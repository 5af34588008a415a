import { done, type LmsClient } from '../../clients/typescript/connect.ts';
import type { ModelAssignment } from './model.ts';

const hourMs = 3_600_000;

export const ESSAY = {
  title: 'Essay on consensus',
  points_possible: 100,
  weight: 2,
  grace_seconds: 0,
  rubric: {
    criteria: [
      { id: 'proof', title: 'The proof', points: 60 },
      { id: 'style', title: 'Style', points: 40 },
    ],
  },
  late_policy: { rate_percent: 5, interval_seconds: 1, cap_percent: 50 },
};

export const LAB = {
  title: 'Lab on logs',
  points_possible: 24,
  weight: 1,
  grace_seconds: 0,
  late_policy: { rate_percent: 10, interval_seconds: 3600, cap_percent: 30 },
};

/** An assignment as the script keeps it: for the server by its id, for the model by the rest. */
export interface Assigned extends ModelAssignment {
  readonly id: string;
  readonly title: string;
}

/** Due in an hour, until `setDue` says otherwise. */
export async function assign(
  teacher: LmsClient,
  course_id: string,
  what: typeof ESSAY | typeof LAB,
): Promise<Assigned> {
  const due_at = Date.now() + hourMs;
  const { id } = await done(
    teacher.POST('/v1/courses/{course_id}/assignments', {
      params: { path: { course_id } },
      body: { ...what, due_at: new Date(due_at).toISOString() },
    }),
  );
  return { ...what, id, due_at };
}

/** A term is longer than anybody waits: instead of the time to the due date, the date comes. */
export async function setDue(
  teacher: LmsClient,
  assigned: Assigned,
  due_at: number,
): Promise<Assigned> {
  const path = { assignment_id: assigned.id };
  const { version } = await done(
    teacher.GET('/v1/assignments/{assignment_id}', { params: { path } }),
  );
  await done(
    teacher.PATCH('/v1/assignments/{assignment_id}', {
      params: { path, header: { 'If-Match': `"${version}"` } },
      body: { due_at: new Date(due_at).toISOString() },
    }),
  );
  return { ...assigned, due_at };
}

/** Gives one student a due date of their own. */
export async function override(
  teacher: LmsClient,
  { id }: Assigned,
  user_id: string,
  due_at: number,
): Promise<void> {
  await done(
    teacher.PUT('/v1/assignments/{assignment_id}/overrides/{user_id}', {
      params: { path: { assignment_id: id, user_id } },
      body: { due_at: new Date(due_at).toISOString(), reason: 'As agreed.' },
    }),
  );
}
