import type { OutageRule, OutageRules } from '../outage-rules.ts';
import { requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { cutPage, type Page, type PageRequest } from './page.ts';

export interface OutagePolicyRow {
  readonly id: string;
  readonly name: string;
  readonly rules: string;
  readonly utc_offset_minutes: number;
  readonly holidays: string;
  readonly version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A policy as the API shows it. */
export interface OutagePolicy {
  readonly id: string;
  readonly name: string;
  readonly rules: OutageRule[];
  readonly utc_offset_minutes: number;
  readonly holidays: string[];
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const COLUMNS = 'id, name, rules, utc_offset_minutes, holidays, version, created_at, updated_at';

/** `null`: there is none, or it was deleted. */
export function outagePolicyRow(reader: Reader, policyId: string): OutagePolicyRow | null {
  const row = reader.get<OutagePolicyRow>(
    `SELECT ${COLUMNS} FROM outage_policies WHERE id = ? AND deleted_at IS NULL`,
    policyId,
  );
  return row ?? null;
}

/** Asks nobody whether they may. @throws Refusal `not_found` */
export function requireOutagePolicy(reader: Reader, policyId: string): OutagePolicyRow {
  const row = outagePolicyRow(reader, policyId);
  if (row === null) throw new Refusal('not_found', 'There is no such outage policy.');
  return row;
}

export function getOutagePolicy(reader: Reader, actor: Actor, policyId: string): OutagePolicy {
  requireOnSite(actor, 'incident.read');
  return showOutagePolicy(requireOutagePolicy(reader, policyId));
}

/** Oldest first; the key is `[id]`. */
export function listOutagePolicies(
  reader: Reader,
  actor: Actor,
  { limit, after }: PageRequest<readonly [string]>,
): Page<OutagePolicy, readonly [string]> {
  requireOnSite(actor, 'incident.read');
  const rows = reader.all<OutagePolicyRow>(
    `SELECT ${COLUMNS} FROM outage_policies
      WHERE deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?`,
    after?.[0] ?? '',
    limit + 1,
  );
  const page = cutPage(rows, limit, (row) => [row.id] as const);
  return { items: page.items.map(showOutagePolicy), next: page.next };
}

/** What is kept with an application, and what the rules are computed from. */
export function rulesOf(row: OutagePolicyRow): OutageRules {
  return {
    rules: JSON.parse(row.rules) as OutageRule[],
    utc_offset_minutes: row.utc_offset_minutes,
    holidays: JSON.parse(row.holidays) as string[],
  };
}

export function showOutagePolicy(row: OutagePolicyRow): OutagePolicy {
  return {
    id: row.id,
    name: row.name,
    rules: JSON.parse(row.rules) as OutageRule[],
    utc_offset_minutes: row.utc_offset_minutes,
    holidays: JSON.parse(row.holidays) as string[],
    version: row.version,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
