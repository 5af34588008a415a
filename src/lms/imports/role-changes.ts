import type { ImportChange } from '../commands/import-change.ts';
import type { HeldReason } from '../queries/imports.ts';
import type { FoundRows } from './found-rows.ts';

/** Places that a reason names, of however many there are. */
const placesTold = 10;

interface Teachers {
  /** Ids of users. */
  readonly leaving: Set<string>;
  joins: number;
}

/**
 * What a roster changes about who may what, where somebody has to look first: an account that a person made
 * under a name of the roster gets the role of that name, and a course loses its last instructor.
 */
export class RoleChanges {
  /** By course. */
  readonly #teachers = new Map<string, Teachers>();
  readonly #raised: string[] = [];
  #raises = 0;

  count(change: ImportChange): void {
    if (change.kind === 'enrollment') this.#countTeacher(change);
    if (change.kind === 'user' && raisesStranger(change)) {
      this.#raises += 1;
      if (this.#raised.length < placesTold) this.#raised.push(change.place ?? '');
    }
  }

  heldBecause(found: FoundRows): HeldReason[] {
    const courses = [...this.#teachers].map(([id, teachers]) => leftAlone(id, teachers, found));
    return [this.#raisedRoles(), ...courses].filter((reason) => reason !== null);
  }

  #countTeacher({ object_id, fields, before }: ImportChange): void {
    const was = before?.role === 'instructor';
    const becomes = fields.role === 'instructor';
    if (was === becomes) return;
    const [course = '', user = ''] = object_id.split('/');
    const teachers = this.#teachers.get(course) ?? { leaving: new Set(), joins: 0 };
    this.#teachers.set(course, teachers);
    if (was) teachers.leaving.add(user);
    else teachers.joins += 1;
  }

  #raisedRoles(): HeldReason | null {
    const [first] = this.#raised;
    if (first === undefined) return null;
    const more = this.#raises - this.#raised.length;
    return {
      scope: 'role',
      name: 'instructor',
      removes: 0,
      present: this.#raises,
      detail:
        'Accounts that were not made by this source, and have a username of it, would become instructors of ' +
        `the site: ${this.#raised.join(', ')}${more > 0 ? ` and ${more} more` : ''}. See that they are theirs.`,
    };
  }
}

/** A roster gives nobody another role than these two, and takes none from administrators. */
function raisesStranger({ adds_link, fields, before }: ImportChange): boolean {
  return adds_link && before !== null && fields.site_role === 'instructor';
}

/** Only who could log in counts, as for people who are taken out by hand. */
function leftAlone(
  course: string,
  { leaving, joins }: Teachers,
  found: FoundRows,
): HeldReason | null {
  if (leaving.size === 0 || joins > 0) return null;
  const here = found.activeInstructors(course);
  const removes = here.filter((id) => leaving.has(id)).length;
  if (removes === 0 || removes < here.length) return null;
  const detail = 'The course would have no active instructor any more.';
  return { scope: 'course', name: course, removes, present: here.length, detail };
}
