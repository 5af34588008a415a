import { createHash } from 'node:crypto';
import { maxAuditChainEntries } from '../limits.ts';
import { requireOnSite } from '../policy.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import type { Actor } from '../tx.ts';

/** What one node has of a stretch of the log, for comparison with the other nodes. */
export interface AuditChainPart {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
  /** Hex: over all entries up to `to`, and their results. */
  readonly chain_hash: string;
  /** Hex: SHA-256 over the rows of the audit trail from `from` to `to`, as they are in the table now. */
  readonly rows_sha256: string;
}

interface Row {
  readonly log_index: number;
  readonly term: number;
  readonly committed_at: number;
  readonly kind: string;
  readonly actor_id: string | null;
  readonly target_id: string | null;
  readonly code: string;
  readonly chain_hash: Uint8Array;
}

/** @param to `null`: as far as one answer goes; what this node has not applied is left out. */
export function auditChainPart(
  reader: Reader,
  actor: Actor,
  from: number,
  to: number | null,
): AuditChainPart {
  requireOnSite(actor, 'audit.verify');
  const rows = reader.all<Row>(
    `SELECT log_index, term, committed_at, kind, actor_id, target_id, code, chain_hash
       FROM audit_trail
      WHERE log_index >= ? AND log_index <= ? ORDER BY log_index LIMIT ?`,
    from,
    to ?? Number.MAX_SAFE_INTEGER,
    maxAuditChainEntries,
  );
  const last = rows.at(-1);
  if (last === undefined) {
    throw new Refusal('not_found', `This node has applied no entry from ${from} on, up to there.`);
  }
  return {
    from,
    to: last.log_index,
    chain_hash: hex(last.chain_hash),
    rows_sha256: digest(rows),
  };
}

/** One JSON array per line: every column in its place, the chain hash as hex. */
function digest(rows: readonly Row[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    const { log_index, term, committed_at, kind, actor_id, target_id, code, chain_hash } = row;
    const line = [log_index, term, committed_at, kind, actor_id, target_id, code, hex(chain_hash)];
    hash.update(`${JSON.stringify(line)}\n`);
  }
  return hash.digest('hex');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
