import {
  DEMO_ANSWER,
  DEMO_ASSIGNMENT,
  DEMO_COURSE,
  DEMO_MATERIAL,
  DEMO_PASSWORD,
  DEMO_QUERY,
  DEMO_USERS,
} from './content.ts';
import { DemoClient } from './demo-client.ts';

interface Named {
  readonly id: string;
  readonly title: string;
}

/**
 * Makes the accounts and the course, or what of them is missing. `admin` must have the demo's
 * password. Rejects with `DemoError` when the API refuses something.
 */
export async function makeDemo(base: string): Promise<void> {
  const admin = await DemoClient.login(base, 'admin', DEMO_PASSWORD);
  const users = new Map<string, string>();
  for (const user of DEMO_USERS) {
    const { id } = await admin.findOrMake<{ id: string }>(
      '/v1/users',
      () => true,
      { ...user, password: DEMO_PASSWORD },
      `demo-user-${user.username}`,
      `?username=${user.username}`,
    );
    users.set(user.username, id);
  }
  const instructor = await DemoClient.login(base, 'instructor1', DEMO_PASSWORD);
  const course = await makeCourse(instructor, users);
  await makeMaterial(instructor, course);
  await makeQuery(base, instructor, course);
}

async function makeCourse(
  instructor: DemoClient,
  users: ReadonlyMap<string, string>,
): Promise<string> {
  const { id: course } = await instructor.findOrMake<{ id: string; code: string }>(
    '/v1/courses',
    ({ code }) => code === DEMO_COURSE.code,
    DEMO_COURSE,
    'demo-course',
  );
  for (const { username, site_role } of DEMO_USERS) {
    if (site_role !== 'student') continue;
    const path = `/v1/courses/${course}/enrollments/${users.get(username)}`;
    await instructor.send('PUT', path, { body: { role: 'student' } });
  }
  await instructor.findOrMake<Named>(
    `/v1/courses/${course}/assignments`,
    ({ title }) => title === DEMO_ASSIGNMENT.title,
    DEMO_ASSIGNMENT,
    'demo-assignment',
  );
  return course;
}

async function makeMaterial(instructor: DemoClient, course: string): Promise<void> {
  const { title, topic, filename, text } = DEMO_MATERIAL;
  const path = `/v1/courses/${course}/materials`;
  const materials = await instructor.list<Named>(path);
  if (materials.some((material) => material.title === title)) return;
  const file = await instructor.send<{ id: string }>('POST', `/v1/files?filename=${filename}`, {
    body: text,
    key: 'demo-file',
  });
  await instructor.send('POST', path, {
    body: { title, topic, file_id: file.id },
    key: 'demo-material',
  });
}

async function makeQuery(base: string, instructor: DemoClient, course: string): Promise<void> {
  const student = await DemoClient.login(base, 'student1', DEMO_PASSWORD);
  const query = await student.findOrMake<Named & { answer_count: number }>(
    `/v1/courses/${course}/queries`,
    ({ title }) => title === DEMO_QUERY.title,
    DEMO_QUERY,
    'demo-query',
  );
  if (query.answer_count > 0) return;
  await instructor.send('POST', `/v1/queries/${query.id}/answers`, {
    body: DEMO_ANSWER,
    key: 'demo-answer',
  });
}
