import { defineCommand } from '../command.ts';
import type { MaterialFlag } from '../queries/materials.ts';
import { endJob, requireClaim } from './material-text.ts';

/** By the system: the run that holds the job says how it ended. */
export interface FinishExtraction {
  readonly material_id: string;
  readonly claim_id: string;
  readonly state: 'indexed' | 'no_text_layer' | 'password_needed' | 'rejected' | 'failed';
  readonly reason: string | null;
  readonly page_count: number;
  readonly flags: readonly MaterialFlag[];
}

/** From now on the text is found, all of it at once; or none of it, and the reason is told. */
export const finishExtraction = defineCommand<FinishExtraction, null>({
  kind: 'FINISH_EXTRACTION',
  v: 1,
  apply(tx, command) {
    const job = requireClaim(tx, command.material_id, command.claim_id);
    const { state, reason, page_count, flags } = command;
    endJob(tx, job, { state, reason, page_count, flags });
    tx.target(job.id);
    return null;
  },
});
