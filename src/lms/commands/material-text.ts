import { extractionLeaseMs } from '../limits.ts';
import type { ExtractionState } from '../queries/materials.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

/** The job of a material, as stored. */
export interface JobRow {
  readonly id: string;
  readonly course_id: string;
  readonly extraction_state: ExtractionState;
  readonly claim_id: string | null;
  readonly claimed_by: string | null;
  readonly lease_until: number | null;
  readonly claims: number;
}

/** The job of a material that is still there, for the nodes themselves; else `not_found`. */
export function requireJob(tx: Tx, materialId: string): JobRow {
  if (tx.actorOrSystem !== null) {
    throw new Refusal('forbidden', 'Only the cluster itself reads materials.');
  }
  const row = tx.get<JobRow>(
    `SELECT id, course_id, extraction_state, claim_id, claimed_by, lease_until, claims
       FROM materials WHERE id = ? AND deleted_at IS NULL`,
    materialId,
  );
  if (row === undefined) throw new Refusal('not_found', 'There is no such material any more.');
  return row;
}

/** The job, if this run holds it; `conflict` for a run that another has replaced. */
export function requireClaim(tx: Tx, materialId: string, claimId: string): JobRow {
  const job = requireJob(tx, materialId);
  if (job.extraction_state !== 'extracting' || job.claim_id !== claimId) {
    throw new Refusal('conflict', 'Another run has taken this job over, or it has ended.');
  }
  return job;
}

/** The holder was heard from: its lease begins anew. */
export function renewLease(tx: Tx, materialId: string): void {
  tx.run(
    'UPDATE materials SET lease_until = ? WHERE id = ?',
    tx.committedAt + extractionLeaseMs,
    materialId,
  );
}

/** Takes the text of a material out again, from the index too. */
export function dropText(tx: Tx, materialId: string): void {
  dropSomeText(tx, materialId, Number.MAX_SAFE_INTEGER);
}

/** As `dropText`, at most `limit` passages of it. Returns how many it was. */
export function dropSomeText(tx: Tx, materialId: string, limit: number): number {
  tx.run(
    `INSERT INTO material_search (material_search, rowid, section, text)
     SELECT 'delete', id, section, text FROM material_chunks WHERE material_id = ? ORDER BY id LIMIT ?`,
    materialId,
    limit,
  );
  const dropped = tx.run(
    `DELETE FROM material_chunks
      WHERE id IN (SELECT id FROM material_chunks WHERE material_id = ? ORDER BY id LIMIT ?)`,
    materialId,
    limit,
  );
  tx.run(
    `DELETE FROM material_pages WHERE material_id = ?
        AND NOT EXISTS (SELECT 1 FROM material_chunks c
                         WHERE c.material_id = material_pages.material_id AND c.page = material_pages.page)`,
    materialId,
  );
  return dropped;
}

/** Ends the job, however it went. */
export function endJob(
  tx: Tx,
  job: JobRow,
  end: {
    readonly state: Exclude<ExtractionState, 'queued' | 'extracting'>;
    readonly reason: string | null;
    readonly page_count: number;
    readonly flags: readonly { readonly code: string; readonly pages: readonly number[] }[];
  },
): void {
  if (end.state !== 'indexed') dropText(tx, job.id);
  tx.run(
    `UPDATE materials SET extraction_state = ?, extraction_reason = ?, page_count = ?,
            pages_read = ?, flags = ?, claim_id = NULL, claimed_by = NULL, lease_until = NULL,
            version = version + 1, updated_at = ? WHERE id = ?`,
    end.state,
    end.reason,
    end.page_count,
    end.state === 'indexed' ? end.page_count : 0,
    JSON.stringify(end.flags),
    tx.committedAt,
    job.id,
  );
  tx.emit({
    type: end.state === 'indexed' ? 'material.indexed' : 'material.not_indexed',
    course_id: job.course_id,
    data: { material_id: job.id, state: end.state },
  });
}
