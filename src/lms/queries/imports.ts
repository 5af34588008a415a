import type { ImportKind, ImportOperation } from '../commands/import-change.ts';
import type { ImportState } from '../commands/import-steps.ts';
import { requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

export type ImportFormat = 'oneroster_1.1' | 'oneroster_1.2' | 'csv';

/** What a plan found in one file. */
export interface FileCounts {
  readonly file: string;
  /** Rows of the file. */
  readonly rows: number;
  readonly creates: number;
  readonly updates: number;
  readonly removes: number;
  readonly unchanged: number;
  /** Rows that mean nothing here, such as guardians. */
  readonly skipped: number;
  /** Of this source before the import: what the percentage of removals is of. */
  readonly present: number;
}

/** A threshold that was passed, of a file or of a course; or a role that would be given, or given up. */
export interface HeldReason {
  readonly scope: 'file' | 'course' | 'role';
  /** The file's name, the course's id, or the role that people of other origin would get. */
  readonly name: string;
  readonly removes: number;
  /** Of a role: how many would get it. */
  readonly present: number;
  readonly detail: string;
}

/** Thresholds on removals; either of a pair holds the import. */
export interface ImportThresholds {
  readonly max_removed_percent: number;
  readonly max_removed: number;
  readonly max_removed_percent_per_course: number;
  readonly max_removed_per_course: number;
}

export interface ImportSummary {
  readonly files: FileCounts[];
  /** Files that are in the zip and are not used. */
  readonly ignored_files: string[];
  readonly warnings: string[];
  readonly thresholds: ImportThresholds;
  readonly held_because: HeldReason[];
}

interface Row {
  readonly id: string;
  readonly source: string;
  readonly format: ImportFormat;
  readonly file_id: string;
  readonly state: ImportState;
  readonly summary: string;
  readonly change_count: number;
  readonly next_change: number;
  readonly conflicts: number;
  readonly created_by: string;
  readonly applied_by: string | null;
  readonly applied_at: number | null;
  readonly undone_at: number | null;
  readonly changes_until: number | null;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly sequence: number;
}

/** An import as the API shows it. */
export type ImportResource = ReturnType<typeof toResource>;

function toResource(row: Row) {
  const { summary, sequence: _, next_change, change_count, conflicts, ...rest } = row;
  return {
    ...rest,
    ...(JSON.parse(summary) as ImportSummary),
    changes: change_count,
    /** Of `changes`, those that are in effect now. */
    changes_applied: next_change,
    conflicts,
    applied_at: timeOrNull(row.applied_at),
    undone_at: timeOrNull(row.undone_at),
    changes_until: timeOrNull(row.changes_until),
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : toRfc3339(ms);
}

export function importById(reader: Reader, importId: string): ImportResource | null {
  const row = reader.get<Row>('SELECT * FROM imports WHERE id = ?', importId);
  return row === undefined ? null : toResource(row);
}

/** For administrators; for others no import exists. */
export function requireReadableImport(
  reader: Reader,
  actor: Actor,
  importId: string,
): ImportResource {
  requireOnSite(actor, 'import.manage');
  const found = importById(reader, importId);
  if (found === null) throw new Refusal('not_found', 'There is no such import.');
  return found;
}

/** Newest first; the key is `[sequence]`. */
export function listImports(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [number]>,
): Page<ImportResource, readonly [number]> {
  requireOnSite(actor, 'import.manage');
  const rows = reader.all<Row>(
    'SELECT * FROM imports WHERE sequence < ? ORDER BY sequence DESC LIMIT ?',
    after?.[0] ?? Number.MAX_SAFE_INTEGER,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.sequence] as const);
  return { items: page.items.map(toResource), next: page.next };
}

interface ChangeRow {
  readonly n: number;
  readonly kind: ImportKind;
  readonly operation: ImportOperation;
  readonly external_id: string;
  readonly object_id: string;
  readonly place: string | null;
  readonly label: string;
  readonly fields: string;
  readonly before: string | null;
  readonly state: 'planned' | 'applied' | 'undone' | 'conflict';
  readonly detail: string | null;
}

/** A change as the API shows it: a line of the diff. */
export type ChangeResource = ReturnType<typeof toChange>;

const NOT_SHOWN = new Set([
  'username_key',
  'version',
  'created_at',
  'updated_at',
  'course_id',
  'removed_version',
]);

function toChange(row: ChangeRow) {
  const { fields, before, ...rest } = row;
  const after = shown(JSON.parse(fields) as Record<string, unknown>);
  const old = before === null ? null : (JSON.parse(before) as Record<string, unknown>);
  const wasRow = old === null ? null : shown(old);
  return { ...rest, before: wasRow, after };
}

function shown(fields: Record<string, unknown>): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([column]) => !NOT_SHOWN.has(column) && column !== 'user_id')
      .map(([column, value]) => [column, value === null ? null : String(value)]),
  );
}

/** The diff of an import, in the order in which it is applied; the key is `[n]`. */
export function listImportChanges(
  reader: Reader,
  actor: Actor,
  importId: string,
  { limit, after }: PageRequest<readonly [number]>,
  conflictsOnly: boolean,
): Page<ChangeResource, readonly [number]> {
  requireReadableImport(reader, actor, importId);
  const rows = reader.all<ChangeRow>(
    `SELECT n, kind, operation, external_id, object_id, place, label, fields, before, state, detail
       FROM import_changes
      WHERE import_id = ? AND n > ? ${conflictsOnly ? "AND state = 'conflict'" : ''}
      ORDER BY n LIMIT ?`,
    importId,
    after?.[0] ?? -1,
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.n] as const);
  return { items: page.items.map(toChange), next: page.next };
}

/** An import that the leader has to go on with; `null`: none. */
export function importToStep(
  reader: Reader,
  now: number,
): { readonly id: string; readonly version: number } | null {
  const running = reader.get<{ id: string; version: number }>(
    `SELECT id, version FROM imports WHERE state IN ('applying', 'rolling_back', 'undoing')
      ORDER BY sequence LIMIT 1`,
  );
  const old = () =>
    reader.get<{ id: string; version: number }>(
      `SELECT id, version FROM imports WHERE changes_until IS NOT NULL AND changes_until <= ?
        ORDER BY changes_until LIMIT 1`,
      now,
    );
  return running ?? old() ?? null;
}

export function hasAbandonedStaging(reader: Reader, before: number): boolean {
  return (
    reader.get('SELECT 1 FROM import_stagings WHERE staged_at <= ? LIMIT 1', before) !== undefined
  );
}

/** What a system's id stands for here. */
export function objectOfExternalId(
  reader: Reader,
  source: string,
  kind: 'user' | 'course' | 'enrollment',
  externalId: string,
): string | null {
  const row = reader.get<{ object_id: string }>(
    'SELECT object_id FROM external_ids WHERE source = ? AND kind = ? AND external_id = ?',
    source,
    kind,
    externalId,
  );
  return row?.object_id ?? null;
}
