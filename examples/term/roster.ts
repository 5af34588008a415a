import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

export const TEACHER = 'prof.hopper';
export const COURSE_CODE = 'CS-7';

/** Their usernames. */
export const STUDENTS = Array.from(
  { length: 30 },
  (_, n) => `student.${String(n + 1).padStart(2, '0')}`,
);

/** One course with its teacher and students, as a OneRoster 1.2 zip in bulk. */
export async function rosterZip(): Promise<Blob> {
  const people = [TEACHER, ...STUDENTS];
  const roleOf = (name: string) => (name === TEACHER ? 'teacher' : 'student');
  const files: Record<string, string[]> = {
    'manifest.csv': [
      'propertyName,value',
      'manifest.version,1.0',
      'oneroster.version,1.2',
      ...['users', 'roles', 'courses', 'classes', 'enrollments'].map((name) => `file.${name},bulk`),
    ],
    'users.csv': [
      'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email',
      ...people.map((name) => `${name},,,true,${name},,Given,${name},,,${name}@example.org`),
    ],
    'roles.csv': [
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId',
      ...people.map((name) => `r-${name},,,${name},primary,${roleOf(name)},,,o1`),
    ],
    'courses.csv': [
      'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId',
      `c-7,,,,Distributed systems,${COURSE_CODE},,o1`,
    ],
    'classes.csv': [
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType',
      `k-7,,,Distributed systems,,c-7,${COURSE_CODE},scheduled`,
    ],
    'enrollments.csv': [
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role',
      ...people.map((name) => `e-${name},,,k-7,o1,${name},${roleOf(name)}`),
    ],
  };
  const zip = new yazl.ZipFile();
  for (const [name, lines] of Object.entries(files)) {
    zip.addBuffer(Buffer.from(`${lines.join('\n')}\n`), name);
  }
  zip.end();
  return new Blob([await buffer(zip.outputStream)]);
}
