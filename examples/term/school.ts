import { connect, done, type LmsClient } from '../../clients/typescript/connect.ts';
import { crowd } from './crowd.ts';
import { COURSE_CODE, rosterZip, STUDENTS, TEACHER } from './roster.ts';

export interface Student {
  readonly id: string;
  readonly username: string;
  readonly api: LmsClient;
}

export interface School {
  readonly admin: LmsClient;
  readonly teacher: LmsClient;
  readonly students: readonly Student[];
  readonly course_id: string;
}

const PASSWORD = 'a term of trials';

/** Imports the roster, gives everybody a password and logs them in, each at another node first. */
export async function openSchool(nodes: readonly string[], adminPassword: string): Promise<School> {
  const admin = await logIn(nodes, 'admin', adminPassword);
  await importRoster(admin);
  const enter = async (username: string, n: number): Promise<Student> => {
    const query = { username };
    const { items } = await done(admin.GET('/v1/users', { params: { query } }));
    const id = items[0]?.id ?? '';
    const path = { user_id: id };
    const body = { password: PASSWORD };
    await done(admin.PATCH('/v1/users/{user_id}', { params: { path }, body }));
    const own = nodes.map((_, shift) => nodes[(n + shift) % nodes.length] ?? '');
    return { id, username, api: await logIn(own, username, PASSWORD) };
  };
  const teacher = await enter(TEACHER, 0);
  const students = await crowd(STUDENTS, enter);
  const { items } = await done(teacher.api.GET('/v1/courses', {}));
  const course = items.find(({ code }) => code === COURSE_CODE);
  if (course === undefined) throw new Error(`the roster made no course ${COURSE_CODE}`);
  return { admin, teacher: teacher.api, students, course_id: course.id };
}

async function logIn(
  nodes: readonly string[],
  username: string,
  password: string,
): Promise<LmsClient> {
  const body = { username, password };
  const { token } = await done(connect({ nodes }).POST('/v1/auth/login', { body }));
  return connect({ nodes, token });
}

async function importRoster(admin: LmsClient): Promise<void> {
  const planned = await done(
    admin.POST('/v1/imports', {
      params: { query: { source: 'sis', filename: 'roster.zip' } },
      headers: { 'Content-Type': 'application/zip' },
      body: await rosterZip(),
      bodySerializer: (zip) => zip as Blob,
    }),
  );
  const params = { path: { import_id: planned.id } };
  await done(admin.POST('/v1/imports/{import_id}/apply', { params, body: {} }));
  for (let state = 'planned'; state !== 'applied'; ) {
    ({ state } = await done(admin.GET('/v1/imports/{import_id}', { params })));
    if (state === 'failed') throw new Error('the roster was not applied');
  }
}
