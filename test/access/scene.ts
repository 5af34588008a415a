import type { Test } from 'tap';
import { newId } from '../../src/http/ids.ts';
import { type CourseScene, courseScene, type Person } from '../../src/http/testing-course.ts';
import { recordTutorMessage } from '../../src/lms/commands/record-tutor-message.ts';

/** A course in which everything is there once, and the ids of it by the names of path parameters. */
export interface MatrixScene extends CourseScene {
  readonly ids: Readonly<Record<string, string>>;
}

/** In everything that the student shares with the staff alone. */
export const CANARY = 'a yellow bird';
/** In what the student shares with nobody. */
export const SECRET = 'a blue bird';

/** Of no object, by the same names: those that are no random ids have one here. */
export const MISSING: Readonly<Record<string, string>> = {
  node_id: 'n9',
  code: 'no_such_code',
  file: `${'A'.repeat(43)}.ics`,
};

interface Made {
  readonly id: string;
  readonly path?: string;
  readonly attempt?: { readonly receipt_id: string };
}

/** @param examples request bodies by operation id, where any that is well formed will do */
export async function matrixScene(
  t: Test,
  examples: Readonly<Record<string, unknown>>,
): Promise<MatrixScene> {
  const scene = courseScene(t);
  const { course_id, people } = scene;
  return {
    ...scene,
    ids: {
      course_id,
      user_id: people.student.id,
      other_user_id: people.otherStudent.id,
      file_id: scene.file('student'),
      conversation_id: conversation(scene),
      upload_id: await upload(scene),
      import_id: await plannedImport(scene),
      node_id: 'n1',
      code: 'not_found',
      ...(await gradedWork(scene)),
      ...(await thingsOfCourse(scene)),
      ...(await ownThings(scene)),
      ...(await thingsOfSite(scene, examples)),
    },
  };
}

async function make(
  { as }: CourseScene,
  person: Person,
  path: string,
  body: unknown,
): Promise<Made> {
  const response = await as(person, `POST ${path}`, body);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Made;
}

/** Handed in, graded, doubted, and with dates of its own: what the student shares with the staff. */
async function gradedWork(scene: CourseScene) {
  const { as, people } = scene;
  const assignment_id = scene.assignment();
  const { id: submission_id, attempt } = await make(
    scene,
    'student',
    `/v1/assignments/${assignment_id}/submissions`,
    { text_md: `My essay: ${CANARY}.` },
  );
  await as(
    'instructor',
    `PUT /v1/submissions/${submission_id}/grade`,
    { points: 5, feedback_md: `Good: ${CANARY}.`, state: 'posted' },
    { 'If-Match': '"0"' },
  );
  const regrade = await make(
    scene,
    'student',
    `/v1/submissions/${submission_id}/regrade-requests`,
    { reason_md: `Page 3, ${CANARY}.` },
  );
  await as('instructor', `PUT /v1/assignments/${assignment_id}/overrides/${people.student.id}`, {
    due_at: '2030-01-01T00:00:00Z',
    reason: `Ill: ${CANARY}.`,
  });
  const receipt_id = attempt?.receipt_id ?? '';
  return { assignment_id, submission_id, receipt_id, request_id: regrade.id };
}

/** What all of the course may read. */
async function thingsOfCourse(scene: CourseScene) {
  const course = `/v1/courses/${scene.course_id}`;
  const notes = { title: 'Notes', text_md: 'Raft.' };
  const material = await make(scene, 'instructor', `${course}/materials`, notes);
  const question = { to: 'instructor', title: 'Why?', body_md: 'Why?' };
  const query = await make(scene, 'student', `${course}/queries`, question);
  const reply = { body_md: 'So.' };
  const answer = await make(scene, 'student', `/v1/queries/${query.id}/answers`, reply);
  const hello = { title: 'Hello', body_md: 'Hello.' };
  const announcement = await make(scene, 'instructor', `${course}/announcements`, hello);
  return {
    material_id: material.id,
    query_id: query.id,
    answer_id: answer.id,
    announcement_id: announcement.id,
  };
}

async function ownThings(scene: CourseScene) {
  const script = { name: 'Script', scopes: ['read'] };
  const token = await make(scene, 'student', '/v1/tokens', script);
  const feed = await make(scene, 'student', '/v1/me/feeds', { name: 'Phone' });
  return { token_id: token.id, feed_id: feed.id, file: feed.path?.split('/').at(-1) ?? '' };
}

async function thingsOfSite(scene: CourseScene, examples: Readonly<Record<string, unknown>>) {
  const incident = await make(scene, 'admin', '/v1/incidents', {
    title: 'Down',
    started_at: '2026-01-05T10:00:00Z',
    ended_at: '2026-01-05T12:00:00Z',
  });
  const handbook = examples.createOutagePolicy;
  const policy = await make(scene, 'admin', '/v1/outage-policies', handbook);
  return { incident_id: incident.id, policy_id: policy.id };
}

function conversation({ api, course_id, people }: CourseScene): string {
  const conversation_id = newId('cnv');
  api.command(
    recordTutorMessage,
    {
      message_id: newId('msg'),
      course_id,
      conversation_id,
      is_new: true,
      question_md: `Why ${SECRET}?`,
      mode: 'retrieval',
      body_md: 'Because two majorities meet.',
      citations: [],
      reason: null,
      model: null,
    },
    people.student.id,
  );
  return conversation_id;
}

async function upload({ as }: CourseScene): Promise<string> {
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Length': '3' };
  const response = await as('student', 'POST /v1/uploads', undefined, headers);
  return response.headers.get('Location')?.split('/').at(-1) ?? '';
}

async function plannedImport({ as }: CourseScene): Promise<string> {
  const roster = 'username,display_name,site_role\nzoe,Zoe,student\n';
  const response = await as('admin', 'POST /v1/imports', roster, { 'Content-Type': 'text/csv' });
  if (!response.ok) throw new Error(`/v1/imports: ${await response.text()}`);
  return ((await response.json()) as Made).id;
}
