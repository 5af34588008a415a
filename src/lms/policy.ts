import type { Reader } from './reader.ts';
import { Refusal } from './refusal.ts';
import type { Actor } from './tx.ts';

export type SiteRole = Actor['site_role'];
export type CourseRole = 'instructor' | 'ta' | 'student';

interface Rule {
  /** Site roles that may do it anywhere. */
  readonly site: readonly SiteRole[];
  /** Course roles that may do it in their own course. */
  readonly course: readonly CourseRole[];
}

const everyone: readonly SiteRole[] = ['admin', 'instructor', 'student'];
const members: readonly CourseRole[] = ['instructor', 'ta', 'student'];
const staff: readonly CourseRole[] = ['instructor', 'ta'];

/**
 * Who may do what: the one table that the checks and the documentation come from.
 * What concerns one's own things (own submission, own profile) is checked beside the rule.
 */
export const POLICY = {
  'user.list': { site: ['admin'], course: [] },
  'user.create': { site: ['admin'], course: [] },
  'user.read_any': { site: ['admin'], course: [] },
  'user.update_any': { site: ['admin'], course: [] },
  'user.delete': { site: ['admin'], course: [] },
  'user.erase': { site: ['admin'], course: [] },
  'user.find': { site: ['admin', 'instructor'], course: [] },
  'course.create': { site: ['admin', 'instructor'], course: [] },
  'course.list': { site: everyone, course: [] },
  'course.read': { site: ['admin'], course: members },
  'course.update': { site: ['admin'], course: ['instructor'] },
  'course.delete': { site: ['admin'], course: ['instructor'] },
  'enrollment.list': { site: ['admin'], course: staff },
  'enrollment.write': { site: ['admin'], course: ['instructor'] },
  'file.upload': { site: everyone, course: [] },
  'file.read_any': { site: ['admin'], course: [] },
  'material.read': { site: ['admin'], course: members },
  'material.write': { site: ['admin'], course: staff },
  'assignment.read': { site: ['admin'], course: members },
  'assignment.read_locked': { site: ['admin'], course: staff },
  'assignment.write': { site: ['admin'], course: ['instructor'] },
  'override.read_any': { site: ['admin'], course: staff },
  'override.write': { site: ['admin'], course: ['instructor'] },
  'submission.create': { site: [], course: ['student'] },
  'submission.read_any': { site: ['admin'], course: staff },
  'grade.write': { site: [], course: staff },
  'grade.read_any': { site: ['admin'], course: staff },
  'regrade.request': { site: [], course: members },
  'progress.update': { site: [], course: members },
  'query.post': { site: [], course: members },
  'query.read_any': { site: ['admin'], course: staff },
  'query.answer': { site: [], course: members },
  'query.endorse': { site: [], course: staff },
  'query.moderate': { site: [], course: staff },
  'tutor.ask': { site: [], course: members },
  'announcement.read': { site: ['admin'], course: members },
  'announcement.write': { site: ['admin'], course: staff },
  'incident.read': { site: everyone, course: [] },
  'incident.manage': { site: ['admin'], course: [] },
  'import.manage': { site: ['admin'], course: [] },
  'course.export': { site: ['admin'], course: ['instructor'] },
  'audit.read': { site: ['admin'], course: staff },
  'audit.verify': { site: ['admin'], course: [] },
  'cluster.manage': { site: ['admin'], course: [] },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof POLICY;

export interface CourseRow {
  readonly id: string;
  readonly status: 'active' | 'archived';
}

/** The role of a user in a course, `null` when not enrolled. */
export function courseRole(reader: Reader, course: string, user: string): CourseRole | null {
  const row = reader.remember(['role', course, user], () =>
    reader.get<{ role: CourseRole }>(
      'SELECT role FROM enrollments WHERE course_id = ? AND user_id = ?',
      course,
      user,
    ),
  );
  return row?.role ?? null;
}

export function mayOnSite(actor: Actor, action: Action): boolean {
  return (POLICY[action].site as readonly SiteRole[]).includes(actor.site_role);
}

export function mayInCourse(actor: Actor, role: CourseRole | null, action: Action): boolean {
  if (mayOnSite(actor, action)) return true;
  return role !== null && (POLICY[action].course as readonly CourseRole[]).includes(role);
}

/** Refuses with `forbidden` unless the actor's site role allows the action. */
export function requireOnSite(actor: Actor, action: Action): void {
  if (!mayOnSite(actor, action)) {
    throw new Refusal('forbidden', `Your role (${actor.site_role}) may not do this: ${action}.`);
  }
}

const NO_COURSE = 'There is no such course, or you are not a member of it.';

/**
 * The course, if the actor may do this in it. `not_found` for who may not even know of it (alike for
 * courses that do not exist), `forbidden` for members whose role is not enough. Either way the course is told.
 *
 * @param missing what `not_found` says, where the request named an object inside the course: the
 *   answer must be the same whether the object does not exist or belongs to a foreign course
 */
export function requireInCourse(
  reader: Reader,
  actor: Actor,
  course: string,
  action: Action,
  missing = NO_COURSE,
): CourseRow & { readonly role: CourseRole | null } {
  const row = reader.remember(['course', course], () =>
    reader.get<CourseRow>(
      'SELECT id, status FROM courses WHERE id = ? AND deleted_at IS NULL',
      course,
    ),
  );
  // What somebody asks the tutor is theirs alone: in the trail of the course the staff would read how often.
  if (row !== undefined && action !== 'tutor.ask') reader.concerns(course);
  const role = row === undefined ? null : courseRole(reader, course, actor.id);
  if (row === undefined || !mayInCourse(actor, role, 'course.read')) {
    throw new Refusal('not_found', missing);
  }
  if (!mayInCourse(actor, role, action)) {
    throw new Refusal('forbidden', `Your role in this course may not do this: ${action}.`);
  }
  return { id: row.id, status: row.status, role };
}

/** For writes: also refuses when the course is archived. */
export function requireInActiveCourse(
  reader: Reader,
  actor: Actor,
  course: string,
  action: Action,
  missing = NO_COURSE,
): CourseRow & { readonly role: CourseRole | null } {
  const row = requireInCourse(reader, actor, course, action, missing);
  requireActive(row);
  return row;
}

/** Refuses what would change a course that is archived. */
export function requireActive(course: Pick<CourseRow, 'status'>): void {
  if (course.status === 'active') return;
  throw new Refusal('course_not_active', 'The course is archived: it can be read, not changed.');
}
