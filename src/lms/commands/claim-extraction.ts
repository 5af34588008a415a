import { defineCommand } from '../command.ts';
import { maxExtractionRuns } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { dropText, endJob, type JobRow, renewLease, requireJob } from './material-text.ts';

/** By the system: a node wants to read a material, or goes on reading it. */
export interface ClaimExtraction {
  readonly material_id: string;
  readonly node_id: string;
  /** New for every run; the same again renews the lease. */
  readonly claim_id: string;
  /** Progress, for people to see. */
  readonly pages_read: number;
  readonly page_count: number | null;
}

/** `granted: false`: the material was given up, since too many runs have died on it. */
export interface ClaimAnswer {
  readonly granted: boolean;
}

/**
 * Gives the job to a run for as long as its lease is renewed. A claim of the node that holds it is
 * granted at once: the run before it died with its process. What that run stored is taken out.
 */
export const claimExtraction = defineCommand<ClaimExtraction, ClaimAnswer>({
  kind: 'CLAIM_EXTRACTION',
  v: 1,
  apply(tx, command) {
    const job = requireJob(tx, command.material_id);
    tx.target(job.id);
    if (job.extraction_state === 'extracting' && job.claim_id === command.claim_id) {
      showProgress(tx, command);
      return { granted: true };
    }
    requireFree(tx, job, command.node_id);
    dropText(tx, job.id);
    if (job.claims >= maxExtractionRuns) {
      giveUp(tx, job);
      return { granted: false };
    }
    tx.run(
      `UPDATE materials SET extraction_state = 'extracting', claim_id = ?, claimed_by = ?,
              claims = claims + 1 WHERE id = ?`,
      command.claim_id,
      command.node_id,
      job.id,
    );
    showProgress(tx, command);
    return { granted: true };
  },
});

function requireFree(tx: Tx, job: JobRow, nodeId: string): void {
  if (job.extraction_state === 'queued') return;
  const isHeld =
    job.extraction_state === 'extracting' &&
    job.claimed_by !== nodeId &&
    (job.lease_until ?? 0) > tx.committedAt;
  if (isHeld) throw new Refusal('conflict', 'Another node is reading this material.');
  if (job.extraction_state !== 'extracting') {
    throw new Refusal('conflict', 'This material has been read already.');
  }
}

function showProgress(tx: Tx, command: ClaimExtraction): void {
  tx.run(
    `UPDATE materials SET pages_read = ?, page_count = ?, version = version + 1, updated_at = ?
      WHERE id = ?`,
    command.pages_read,
    command.page_count,
    tx.committedAt,
    command.material_id,
  );
  renewLease(tx, command.material_id);
}

function giveUp(tx: Tx, job: JobRow): void {
  endJob(tx, job, {
    state: 'failed',
    reason: `Reading it was interrupted ${job.claims} times. The file is kept; upload it again to try once more.`,
    page_count: 0,
    flags: [],
  });
}
