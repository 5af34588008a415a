import type { SQLInputValue } from 'node:sqlite';
import { compactId } from '../compact-id.ts';
import { maxAuditRowsExamined } from '../limits.ts';
import { requireInCourse, requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

interface AuditRow {
  readonly log_index: number;
  readonly committed_at: number;
  readonly kind: string;
  readonly actor_id: string | null;
  readonly target_id: string | null;
  readonly code: string;
  readonly chain_hash: Uint8Array;
}

/** One entry of the log, without what it said: who did what to which object, and what came of it. */
export interface AuditEvent {
  readonly log_index: number;
  readonly at: string;
  readonly kind: string;
  /** `null`: the system itself, or somebody without a session. */
  readonly actor_id: string | null;
  readonly object_id: string | null;
  /** `ok`, `replayed`, or the code of the refusal. */
  readonly code: string;
  /** Hex. */
  readonly chain_hash: string;
}

/** All of them must hold. */
export interface AuditFilter {
  readonly course_id?: string;
  readonly actor_id?: string;
  readonly object_id?: string;
  readonly kind?: string;
  /** Ms since the epoch, inclusive. */
  readonly from?: number;
  /** Ms since the epoch, exclusive. */
  readonly to?: number;
}

type Key = readonly [number];

/**
 * The audit trail, newest first; the key of the list is `[log_index]`. All of it is for administrators,
 * that of a course for its staff too. A page may be short, or empty, and have a next one: a request looks at
 * no more than so many entries.
 */
export function listAuditEvents(
  reader: Reader,
  actor: Actor,
  filter: AuditFilter,
  { limit, after }: PageRequest<Key>,
): Page<AuditEvent, Key> {
  if (filter.course_id === undefined) requireOnSite(actor, 'audit.read');
  else requireInCourse(reader, actor, filter.course_id, 'audit.read');
  const numbers = numbersOf(reader, filter);
  if (numbers === null) return { items: [], next: null };
  const first = filter.from === undefined ? 0 : firstIndexAt(reader, filter.from);
  const end = Math.min(
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    filter.to === undefined ? Number.MAX_SAFE_INTEGER : firstIndexAt(reader, filter.to),
  );
  const window = windowOf(numbers, first, end);
  const rows = reader.all<AuditRow>(
    `SELECT t.* FROM (
         SELECT j.log_index FROM (${window.sql} LIMIT ?) w CROSS JOIN journal j USING (log_index)
          WHERE (? IS NULL OR j.actor = ?) AND (? IS NULL OR j.target = ?)
            AND (? IS NULL OR j.kind = ?)
          LIMIT ?) f
       CROSS JOIN audit_trail t USING (log_index) ORDER BY t.log_index DESC`,
    ...window.parameters,
    maxAuditRowsExamined,
    ...twice(numbers.actor),
    ...twice(numbers.target),
    ...twice(numbers.kind),
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.log_index] as const);
  return {
    items: page.items.map(toEvent),
    next: page.next ?? endOfWindow(reader, window),
  };
}

/** A filter as the journal stores its values. */
interface StoredFilter {
  readonly course: number | undefined;
  readonly actor: number | undefined;
  readonly kind: number | undefined;
  readonly target: string | Uint8Array | undefined;
}

/** `null`: one of them is in no entry. */
function numbersOf(reader: Reader, filter: AuditFilter): StoredFilter | null {
  const [course, actor, kind] = [filter.course_id, filter.actor_id, filter.kind].map((name) =>
    name === undefined ? undefined : (numberOf(reader, name) ?? null),
  );
  if (course === null || actor === null || kind === null) return null;
  const target = filter.object_id === undefined ? undefined : compactId(filter.object_id);
  return { course, actor, kind, target };
}

function numberOf(reader: Reader, name: string): number | undefined {
  const sql = 'SELECT number FROM journal_names WHERE name = ?';
  return reader.get<{ number: number }>(sql, name)?.number;
}

/** The entries that one index finds, newest first; the other filters are held against them. */
interface Window {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

const RANGE = 'log_index >= ? AND log_index < ?';

/** The filter that most likely leaves least comes first. */
function windowOf(
  { course, actor, kind, target }: StoredFilter,
  first: number,
  end: number,
): Window {
  if (course !== undefined) {
    return {
      sql: `SELECT log_index FROM (
              SELECT log_index FROM journal WHERE course = ? AND ${RANGE}
              UNION ALL
              SELECT log_index FROM further_courses WHERE course = ? AND ${RANGE}
              ORDER BY log_index DESC)`,
      parameters: [course, first, end, course, first, end],
    };
  }
  for (const [column, value] of Object.entries({ target, actor, kind })) {
    if (value === undefined) continue;
    const sql = `SELECT log_index FROM journal WHERE ${column} = ? AND ${RANGE} ORDER BY log_index DESC`;
    return { sql, parameters: [value, first, end] };
  }
  return {
    sql: `SELECT log_index FROM journal WHERE ${RANGE} ORDER BY log_index DESC`,
    parameters: [first, end],
  };
}

/** Where the next page goes on when this one was cut off by what may be examined; `null`: nothing is left. */
function endOfWindow(reader: Reader, { sql, parameters }: Window): Key | null {
  const last = reader.get<{ log_index: number }>(
    `SELECT log_index FROM (${sql} LIMIT 1 OFFSET ?)`,
    ...parameters,
    maxAuditRowsExamined - 1,
  );
  return last === undefined ? null : [last.log_index];
}

/** The first entry of this time or later: the log's time never goes back, so it is found by halving. */
function firstIndexAt(reader: Reader, at: number): number {
  const ends = reader.get<{ low: number | null; high: number | null }>(
    `SELECT (SELECT min(log_index) FROM journal) AS low, (SELECT max(log_index) FROM journal) AS high`,
  );
  let low = ends?.low ?? 0;
  let high = (ends?.high ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = reader.get<{ committed_at: number }>(
      'SELECT committed_at FROM journal WHERE log_index = ?',
      middle,
    );
    if (row !== undefined && row.committed_at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function twice(value: SQLInputValue | undefined): [SQLInputValue, SQLInputValue] {
  return [value ?? null, value ?? null];
}

function toEvent(row: AuditRow): AuditEvent {
  return {
    log_index: row.log_index,
    at: toRfc3339(row.committed_at),
    kind: row.kind,
    actor_id: row.actor_id,
    object_id: row.target_id,
    code: row.code,
    chain_hash: Buffer.from(row.chain_hash).toString('hex'),
  };
}
