import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';

/** A zip of these files, for tests. */
export async function zipOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  return await buffer(zip.outputStream);
}

type Mode = 'bulk' | 'delta' | 'absent';

export function manifest(modes: Readonly<Record<string, Mode>>, version = '1.2'): string {
  const rows = Object.entries(modes).map(([name, mode]) => `file.${name},${mode}\r\n`);
  return `propertyName,value\r\nmanifest.version,1.0\r\noneroster.version,${version}\r\n${rows.join('')}`;
}

export const ALL_BULK = {
  users: 'bulk',
  roles: 'bulk',
  courses: 'bulk',
  classes: 'bulk',
  enrollments: 'bulk',
} as const;

export interface TestRoster {
  readonly students: readonly string[];
  readonly classes?: readonly string[];
  /** `student/class`; default: every student in every class. */
  readonly pairs?: readonly string[];
}

/** A complete OneRoster 1.2 roster with one teacher, `t1`, of all classes. */
export function rosterFiles({ students, classes = ['c1'], pairs }: TestRoster) {
  const people = ['t1', ...students];
  const all = students.flatMap((student) => classes.map((one) => `${student}/${one}`));
  const enrolled = [...classes.map((one) => `t1/${one}`), ...(pairs ?? all)];
  const role = (id: string) => (id === 't1' ? 'teacher' : 'student');
  return {
    'manifest.csv': manifest(ALL_BULK),
    'users.csv': table(
      'sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email',
      people.map((id) => `${id},,,true,${id},,Given,${id.toUpperCase()},,,${id}@example.org`),
    ),
    'roles.csv': table(
      'sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId',
      people.map((id) => `r-${id},,,${id},primary,${role(id)},,,o1`),
    ),
    'courses.csv': table(
      'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId',
      ['k1,,,,Biology,BIO,,o1'],
    ),
    'classes.csv': table(
      'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType',
      classes.map((id) => `${id},,,Biology ${id},,k1,BIO-${id},scheduled`),
    ),
    'enrollments.csv': table(
      'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role',
      enrolled.map((pair) => {
        const [user = '', one = ''] = pair.split('/');
        return `e-${user}-${one},,,${one},o1,${user},${role(user)}`;
      }),
    ),
  };
}

export function table(header: string, rows: readonly string[]): string {
  return [header, ...rows].map((row) => `${row}\r\n`).join('');
}
