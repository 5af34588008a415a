import type { ImportChange } from '../commands/import-change.ts';
import type { HeldReason } from '../queries/imports.ts';
import type { FoundRows } from './found-rows.ts';

/** Places that a reason names, of however many there are. */
const placesTold = 10;

/** Ids of users. */
interface Teachers {
  readonly leaving: Set<string>;
  readonly joining: Set<string>;
}

/**
 * What a roster changes about who may what, where somebody has to look first: an account that a person made
 * under a name of the roster gets the role of that name, and a course loses its last instructor, who leaves it or
 * is suspended.
 */
export class RoleChanges {
  readonly #found: FoundRows;
  /** By course. */
  readonly #teachers = new Map<string, Teachers>();
  readonly #suspended = new Set<string>();
  readonly #raised: string[] = [];
  #raises = 0;

  constructor(found: FoundRows) {
    this.#found = found;
  }

  count(change: ImportChange): void {
    if (change.kind === 'enrollment') this.#countTeacher(change);
    if (change.kind === 'user' && change.fields.status === 'suspended') {
      this.#countSuspended(change.object_id);
    }
    if (change.kind === 'user' && raisesStranger(change)) {
      this.#raises += 1;
      if (this.#raised.length < placesTold) this.#raised.push(change.place ?? '');
    }
  }

  heldBecause(): HeldReason[] {
    const courses = [...this.#teachers].map(([id, teachers]) => this.#leftAlone(id, teachers));
    return [this.#raisedRoles(), ...courses].filter((reason) => reason !== null);
  }

  #countTeacher({ object_id, fields, before }: ImportChange): void {
    const was = before?.role === 'instructor';
    const becomes = fields.role === 'instructor';
    if (was === becomes) return;
    const [course = '', user = ''] = object_id.split('/');
    const { leaving, joining } = this.#teachersOf(course);
    (was ? leaving : joining).add(user);
  }

  #countSuspended(user: string): void {
    this.#suspended.add(user);
    for (const course of this.#found.taughtCourses(user))
      this.#teachersOf(course).leaving.add(user);
  }

  #teachersOf(course: string): Teachers {
    const teachers = this.#teachers.get(course) ?? { leaving: new Set(), joining: new Set() };
    this.#teachers.set(course, teachers);
    return teachers;
  }

  /** Only who could log in counts, as for people who are taken out by hand. */
  #leftAlone(course: string, { leaving, joining }: Teachers): HeldReason | null {
    if (leaving.size === 0 || !joining.isSubsetOf(this.#suspended)) return null;
    const here = this.#found.activeInstructors(course);
    const removes = here.filter((id) => leaving.has(id)).length;
    if (removes === 0 || removes < here.length) return null;
    const detail = 'The course would have no active instructor any more.';
    return { scope: 'course', name: course, removes, present: here.length, detail };
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
