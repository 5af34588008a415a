import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type CourseResource, courseById } from '../queries/courses.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';

export interface CreateCourse {
  readonly course_id: string;
  readonly code: string;
  readonly title: string;
  readonly description_md: string;
}

/** Whoever creates a course is its first instructor. */
export const createCourse = defineCommand<CreateCourse, CourseResource>({
  kind: 'CREATE_COURSE',
  v: 1,
  apply(tx, command) {
    const { actor, committedAt: now } = tx;
    requireOnSite(actor, 'course.create');
    if (tx.get('SELECT 1 FROM courses WHERE id = ?', command.course_id) !== undefined) {
      throw new Refusal('already_exists', 'There is a course with this id already.');
    }
    tx.run(
      `INSERT INTO courses (id, code, title, description_md, status, created_by, version,
                            created_at, updated_at)
       VALUES (?, ?, ?, ?, 'active', ?, 1, ?, ?)`,
      command.course_id,
      command.code,
      command.title,
      command.description_md,
      actor.id,
      now,
      now,
    );
    tx.run(
      `INSERT INTO enrollments (course_id, user_id, role, version, created_at, updated_at)
       VALUES (?, ?, 'instructor', 1, ?, ?)`,
      command.course_id,
      actor.id,
      now,
      now,
    );
    tx.target(command.course_id);
    tx.emit({
      type: 'course.created',
      course_id: command.course_id,
      data: { course_id: command.course_id },
    });
    return written(courseById(tx, command.course_id, actor.id));
  },
});
