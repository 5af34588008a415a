import type { SQLInputValue } from 'node:sqlite';
import { Reader } from './reader.ts';

/** A change that others may see: becomes a row of `events` with the id `<log index>.<n>`. */
export interface LmsEvent {
  /** Such as `submission.received`; see the list in the API documentation. */
  readonly type: string;
  readonly course_id: string | null;
  /** Whom it concerns when not the whole course. */
  readonly user_id?: string | null;
  /** Thin: ids and little else; the reader fetches the rest with its own rights. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Who gave the command, as the database knows them at this point of the log. */
export interface Actor {
  readonly id: string;
  readonly site_role: 'admin' | 'instructor' | 'student';
}

/** What a command said beside its rows. */
export interface Said {
  readonly events: readonly LmsEvent[];
  /** Ids of those that it concerns; one may be there twice. */
  readonly courses: readonly string[];
  readonly target_id: string | null;
}

/** Writing, reading and emitting for the one command that is being applied. */
export class Tx extends Reader {
  /** Index of the log entry. */
  index = 0;
  /** Ms since the epoch, the log's own time: the same on every node. */
  committedAt = 0;
  #actor: Actor | null = null;
  #actorNumber: number | null = null;
  #events: LmsEvent[] = [];
  #courses: string[] = [];
  #target: string | null = null;
  #wrote = false;

  /** Rows changed. Constraint violations are broken invariants: check first, refuse in words. */
  run(sql: string, ...parameters: SQLInputValue[]): number {
    const { statement, writes } = this.statement(sql, orFail);
    for (const table of writes) table.version += 1;
    this.#wrote = true;
    return statement.run(...parameters).changes as number;
  }

  /** Whether the command has changed rows, so that a refusal has something to undo. */
  get wrote(): boolean {
    return this.#wrote;
  }

  /** The actor of a command that needs one; the machine has checked account and session. */
  get actor(): Actor {
    if (this.#actor === null) throw new Error('broken invariant: this command has no actor');
    return this.#actor;
  }

  /** What stands for the actor in the journal, and in rows that there are many of. */
  get actorNumber(): number {
    if (this.#actorNumber === null) throw new Error('broken invariant: this command has no actor');
    return this.#actorNumber;
  }

  /** `null` when the system itself acts. */
  get actorOrSystem(): Actor | null {
    return this.#actor;
  }

  emit(event: LmsEvent): void {
    this.#events.push(event);
    if (event.course_id !== null) this.concerns(event.course_id);
  }

  /** The entry is in the audit trail of this course, also when the command is refused. */
  override concerns(courseId: string): void {
    if (this.#courses.at(-1) !== courseId) this.#courses.push(courseId);
  }

  /** Names the object that the command is about, for the audit journal. */
  target(id: string): void {
    this.#target = id;
  }

  /** Called by the machine only: starts the next command. */
  begin(
    index: number,
    committedAt: number,
    actor: Actor | null,
    actorNumber: number | null = null,
  ): void {
    this.index = index;
    this.committedAt = committedAt;
    this.#actor = actor;
    this.#actorNumber = actorNumber;
    this.#events = [];
    this.#courses = [];
    this.#target = null;
    this.#wrote = false;
  }

  /** Called by the machine only: the command did nothing, but for the courses that it would have concerned. */
  refuse(): void {
    this.#events = [];
    this.#target = null;
  }

  /** Called by the machine only. */
  finish(): Said {
    return { events: this.#events, courses: this.#courses, target_id: this.#target };
  }
}

/**
 * A constraint that fails takes the whole transaction with it (`StateTransaction.rollback`), so no
 * statement has to be undone by itself: told so, SQLite keeps no copies of the pages that it changes.
 */
function orFail(sql: string): string {
  return sql.replace(/^\s*(INSERT|UPDATE) (?!OR )/, '$1 OR FAIL ');
}
