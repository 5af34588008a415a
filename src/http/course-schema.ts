import { z } from '@hono/zod-openapi';
import { idOf } from './id-schema.ts';
import { maxTitleChars } from './limits.ts';
import { line, text, timestamp } from './units.ts';

const courseRole = z.enum(['instructor', 'ta', 'student']);

/** A course as `queries/courses.ts` returns it. */
export const courseSchema = z
  .object({
    id: z.string(),
    code: z.string(),
    title: z.string(),
    description_md: z.string(),
    status: z.enum(['active', 'archived']),
    my_role: courseRole
      .nullable()
      .openapi({ description: 'Role of the caller; `null` for an administrator from outside.' }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Course');

export const COURSE_EXAMPLE: z.input<typeof courseSchema> = {
  id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  code: 'CS-347',
  title: 'Distributed Systems',
  description_md: 'Consensus, *replication* and what goes wrong.',
  status: 'active',
  my_role: 'instructor',
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

/** The path parameter of operations on one course. */
export const courseParams = z.object({ course_id: idOf('crs') });

/** An enrollment as `queries/enrollments.ts` returns it. */
export const enrollmentSchema = z
  .object({
    course_id: z.string(),
    user_id: z.string(),
    username: z.string(),
    display_name: z.string(),
    role: courseRole,
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Enrollment');

export const ENROLLMENT_EXAMPLE: z.input<typeof enrollmentSchema> = {
  course_id: COURSE_EXAMPLE.id,
  user_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  username: 'student1',
  display_name: 'Ada Lovelace',
  role: 'student',
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

export const newCourse = z.strictObject({
  code: line(50).openapi({ description: 'Short name; need not be unique.' }),
  title: line(maxTitleChars),
  description_md: text(0, 100_000).optional(),
});

export const courseChanges = z.strictObject({
  ...newCourse.partial().shape,
  status: z.enum(['active', 'archived']).optional(),
});

export const enrollmentBody = z.strictObject({ role: courseRole });
export const enrollmentFilter = { role: courseRole.optional() };
