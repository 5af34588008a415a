import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportChange } from '../commands/import-change.ts';
import type { FileCounts, HeldReason, ImportThresholds } from '../queries/imports.ts';
import { diffCourse, removeCourse } from './diff-courses.ts';
import { diffEnrollment, removeEnrollment } from './diff-enrollments.ts';
import { diffUser, removeUser, type Verdict } from './diff-users.ts';
import { FileErrors } from './file-error.ts';
import type { FoundRows } from './found-rows.ts';
import { rosterBatchRows } from './limits.ts';
import { RoleChanges } from './role-changes.ts';
import type { RosterTables, TableName } from './roster.ts';
import type { RosterReader } from './roster-reader.ts';
import { heldReason, type Removals } from './thresholds.ts';

const KINDS = { users: 'user', courses: 'course', enrollments: 'enrollment' } as const;

export interface DiffParts {
  readonly roster: Pick<RosterReader, 'info' | 'batches' | 'gone'>;
  readonly found: FoundRows;
  readonly newId: (prefix: 'usr' | 'crs') => string;
}

type Counts = { -readonly [Name in keyof FileCounts]: FileCounts[Name] };

/**
 * Compares a roster with the state, in slices of the event loop. Can be run again, and remembers nothing
 * of before: whom an earlier run has found may be erased.
 */
export class RosterDiff {
  readonly #parts: DiffParts;
  /** By external id. */
  readonly #newUsers = new Map<string, string>();
  readonly #newCourses = new Map<string, string>();
  #counts = new Map<TableName, Counts>();
  #courses = new Map<string, Removals>();
  #roles: RoleChanges;
  #errors = new FileErrors();

  constructor(parts: DiffParts) {
    this.#parts = parts;
    this.#roles = new RoleChanges(parts.found);
  }

  /**
   * In the order in which the changes can be done: what others refer to first, removals last.
   *
   * @throws RosterRefused when the roster does not fit the state
   */
  async run(take: (changes: readonly ImportChange[]) => Promise<void>): Promise<void> {
    const { found } = this.#parts;
    this.#begin();
    await this.#compare('users', take, (user) => {
      const idOf = (id: string) => this.#idOf('usr', this.#newUsers, id);
      const verdict = diffUser(user, found, idOf, this.#errors);
      // Also of an account that was here under another id, or none: enrollments of this roster name it.
      if (typeof verdict === 'object') this.#newUsers.set(user.external_id, verdict.object_id);
      return verdict;
    });
    await this.#compare('courses', take, (course) =>
      diffCourse(course, found, (id) => this.#idOf('crs', this.#newCourses, id)),
    );
    const made = {
      user: (id: string) => this.#newUsers.get(id),
      course: (id: string) => this.#newCourses.get(id),
    };
    await this.#compare('enrollments', take, (enrollment) =>
      diffEnrollment(enrollment, found, made, this.#errors),
    );
    this.#errors.throwIfAny();
    for (const table of ['enrollments', 'courses', 'users'] as const) {
      await this.#findGone(table, take);
    }
  }

  get counts(): readonly FileCounts[] {
    return [...this.#counts.values()];
  }

  heldBecause(thresholds: ImportThresholds): HeldReason[] {
    const reasons = [
      ...this.counts.map((counts) => heldReason('file', counts.file, counts, thresholds)),
      ...[...this.#courses].map(([id, removals]) => heldReason('course', id, removals, thresholds)),
      ...this.#roles.heldBecause(),
    ];
    return reasons.filter((reason) => reason !== null);
  }

  #begin(): void {
    const { tables } = this.#parts.roster.info;
    this.#errors = new FileErrors();
    this.#newUsers.clear();
    this.#newCourses.clear();
    this.#courses = new Map();
    this.#roles = new RoleChanges(this.#parts.found);
    this.#counts = new Map();
    for (const table of ['users', 'courses', 'enrollments'] as const) {
      const { file, mode, rows, skipped } = tables[table];
      if (mode === 'absent') continue;
      const none = { creates: 0, updates: 0, removes: 0, unchanged: 0, present: 0 };
      this.#counts.set(table, { file, rows, skipped, ...none });
    }
  }

  #idOf(prefix: 'usr' | 'crs', ids: Map<string, string>, externalId: string): string {
    const id = ids.get(externalId) ?? this.#parts.newId(prefix);
    ids.set(externalId, id);
    return id;
  }

  async #compare<Table extends TableName>(
    table: Table,
    take: (changes: readonly ImportChange[]) => Promise<void>,
    diff: (row: RosterTables[Table]) => Verdict,
  ): Promise<void> {
    for await (const rows of this.#parts.roster.batches(table)) {
      const changes = rows.map(diff).filter((verdict) => this.#count(table, verdict));
      await take(changes as ImportChange[]);
      await nextTurn();
    }
  }

  /** Whether it is a change. */
  #count(table: TableName, verdict: Verdict): boolean {
    const counts = this.#counts.get(table);
    if (counts === undefined) throw new Error(`broken invariant: rows of an absent ${table}`);
    if (verdict === 'unchanged' || verdict === 'skipped') {
      counts[verdict] += 1;
      return false;
    }
    this.#roles.count(verdict);
    if (verdict.operation === 'create') counts.creates += 1;
    else if (takesAway(verdict)) counts.removes += 1;
    else counts.updates += 1;
    if (verdict.operation === 'remove' && verdict.kind === 'enrollment') {
      this.#ofCourse(verdict.object_id).removes += 1;
    }
    return true;
  }

  #ofCourse(enrollmentId: string): Removals {
    const course = enrollmentId.split('/')[0] ?? '';
    const removals = this.#courses.get(course) ?? { removes: 0, present: 0 };
    this.#courses.set(course, removals);
    return removals;
  }

  /** Counts what the source brought before and is still here; of a bulk file, what is gone from it. */
  async #findGone(
    table: TableName,
    take: (changes: readonly ImportChange[]) => Promise<void>,
  ): Promise<void> {
    const { roster, found } = this.#parts;
    const { mode } = roster.info.tables[table];
    if (mode === 'absent') return;
    for (let after = ''; ; ) {
      const ids = found.idsAfter(KINDS[table], after, rosterBatchRows);
      const last = ids.at(-1);
      if (last === undefined) return;
      after = last.external_id;
      const asked = ids.map(({ external_id }) => external_id);
      const gone = mode === 'bulk' ? await roster.gone(table, asked) : new Set<string>();
      const changes = ids
        .map(({ external_id: id, object_id }) => this.#goneOne(table, id, object_id, gone.has(id)))
        .filter((verdict) => verdict !== 'unchanged' && this.#count(table, verdict));
      await take(changes as ImportChange[]);
      await nextTurn();
    }
  }

  #goneOne(table: TableName, externalId: string, objectId: string, isGone: boolean): Verdict {
    const of = { external_id: externalId, place: null };
    const removal = this.#removalOf(table, objectId, of);
    if (removal === 'unchanged') return removal;
    const counts = this.#counts.get(table);
    if (counts !== undefined) counts.present += 1;
    if (table === 'enrollments') this.#ofCourse(objectId).present += 1;
    return isGone ? removal : 'unchanged';
  }

  /** `unchanged`: it is not here any more, or nothing that a roster may remove. */
  #removalOf(
    table: TableName,
    objectId: string,
    of: { readonly external_id: string; readonly place: null },
  ): Verdict {
    const { found } = this.#parts;
    if (table === 'users') {
      const row = found.user(objectId);
      return row === undefined ? 'unchanged' : removeUser(row, of);
    }
    if (table === 'courses') {
      const row = found.course(objectId);
      return row === undefined ? 'unchanged' : removeCourse(row, of);
    }
    const [course = '', user = ''] = objectId.split('/');
    const row = found.enrollment(course, user);
    return row === undefined ? 'unchanged' : removeEnrollment(objectId, of, row);
  }
}

/** A row that says `suspended` takes as much from somebody as one that is missing. */
function takesAway({ operation, fields }: ImportChange): boolean {
  return operation === 'remove' || fields.status === 'suspended';
}
