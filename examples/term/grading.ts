import { done, type LmsClient } from '../../clients/typescript/connect.ts';
import type { Student } from './school.ts';

/** Saves a draft by the rubric; the points are what it adds up to. */
export async function draftByRubric(
  teacher: LmsClient,
  submission_id: string,
  rubric_points: Record<string, number>,
): Promise<void> {
  await done(
    teacher.PUT('/v1/submissions/{submission_id}/grade', {
      params: { path: { submission_id }, header: { 'If-None-Match': '*' } },
      body: { rubric_points, state: 'draft', feedback_md: 'Read.' },
    }),
  );
}

/** Posts all drafts of an assignment. @returns how many there were */
export async function postAll(teacher: LmsClient, assignment_id: string): Promise<number> {
  const { posted } = await done(
    teacher.POST('/v1/assignments/{assignment_id}/grades/post', {
      params: { path: { assignment_id } },
      body: { reason: 'All are graded.' },
    }),
  );
  return posted;
}

/** Grades a student without looking at a submission, as after an oral examination. */
export async function gradeStudent(
  teacher: LmsClient,
  assignment_id: string,
  user_id: string,
  points: number,
): Promise<void> {
  await done(
    teacher.PUT('/v1/assignments/{assignment_id}/grades/{user_id}', {
      params: { path: { assignment_id, user_id }, header: { 'If-None-Match': '*' } },
      body: { points, state: 'posted' },
    }),
  );
}

/** Whether the student sees a grade of this work. */
export async function seesGrade({ api }: Student, submission_id: string): Promise<boolean> {
  const params = { path: { submission_id } };
  const { grade } = await done(api.GET('/v1/submissions/{submission_id}', { params }));
  return grade !== null;
}

/** The student asks, the teacher agrees and saves the new grade over the one that was asked about. */
export async function regrade(
  teacher: LmsClient,
  { api }: Student,
  submission_id: string,
  rubric_points: Record<string, number>,
): Promise<void> {
  const params = { path: { submission_id } };
  const request = await done(
    api.POST('/v1/submissions/{submission_id}/regrade-requests', {
      params,
      body: { reason_md: 'The second majority is on page 3.' },
    }),
  );
  await done(
    teacher.PUT('/v1/regrade-requests/{request_id}/answer', {
      params: { path: { request_id: request.id } },
      body: { state: 'accepted', answer_md: 'You are right.' },
    }),
  );
  const header = { 'If-Match': `"${request.grade_version}"` };
  await done(
    teacher.PUT('/v1/submissions/{submission_id}/grade', {
      params: { path: { submission_id }, header },
      body: { rubric_points, state: 'posted', reason: 'Regrade request.' },
    }),
  );
}
