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
  const first = filter.from === undefined ? 0 : firstIndexAt(reader, filter.from);
  const end = Math.min(
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    filter.to === undefined ? Number.MAX_SAFE_INTEGER : firstIndexAt(reader, filter.to),
  );
  const window = windowOf(filter, first, end);
  const rows = reader.all<AuditRow>(
    `SELECT * FROM (${window.sql} LIMIT ?)
      WHERE (? IS NULL OR actor_id = ?) AND (? IS NULL OR target_id = ?) AND (? IS NULL OR kind = ?)
      LIMIT ?`,
    ...window.parameters,
    maxAuditRowsExamined,
    ...twice(filter.actor_id),
    ...twice(filter.object_id),
    ...twice(filter.kind),
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.log_index] as const);
  return {
    items: page.items.map(toEvent),
    next: page.next ?? endOfWindow(reader, window),
  };
}

/** What one index finds, newest first; the other filters are held against it. */
interface Window {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

const COLUMNS =
  'j.log_index, j.committed_at, j.kind, j.actor_id, j.target_id, j.code, j.chain_hash';

/** The filter that most likely leaves least comes first. */
function windowOf(filter: AuditFilter, first: number, end: number): Window {
  const range = 'j.log_index >= ? AND j.log_index < ? ORDER BY j.log_index DESC';
  for (const [column, value] of [
    ['target_id', filter.object_id],
    ['actor_id', filter.actor_id],
  ] as const) {
    if (value === undefined || filter.course_id !== undefined) continue;
    const sql = `SELECT ${COLUMNS} FROM journal j WHERE j.${column} = ? AND ${range}`;
    return { sql, parameters: [value, first, end] };
  }
  if (filter.course_id !== undefined) {
    return {
      sql: `SELECT ${COLUMNS} FROM course_audit a CROSS JOIN journal j ON j.log_index = a.log_index
             WHERE a.course_id = ? AND a.log_index >= ? AND a.log_index < ?
             ORDER BY a.log_index DESC`,
      parameters: [filter.course_id, first, end],
    };
  }
  if (filter.kind !== undefined) {
    const sql = `SELECT ${COLUMNS} FROM journal j WHERE j.kind = ? AND ${range}`;
    return { sql, parameters: [filter.kind, first, end] };
  }
  return { sql: `SELECT ${COLUMNS} FROM journal j WHERE ${range}`, parameters: [first, end] };
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

function twice(value: string | undefined): [string | null, string | null] {
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
