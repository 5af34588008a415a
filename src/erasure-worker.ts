import { setTimeout as sleep } from 'node:timers/promises';
import type { Consensus } from './http/ports.ts';
import { continueErasure } from './lms/commands/continue-erasure.ts';
import { pendingErasure } from './lms/queries/erasures.ts';
import type { Reader } from './lms/reader.ts';
import { ProposalError } from './raft/errors.ts';
import { submitAsSystem } from './system-commands.ts';

const attemptMs = 2_000;
const pauseMs = 1_000;

/** The leader carries every erasure to its end, also one that another leader began. */
export async function continueErasures(
  consensus: Pick<Consensus, 'propose' | 'status'>,
  reader: Reader,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (consensus.status().role === 'leader') await finishErasures(consensus, reader, signal);
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Step by step, until none is left or a step finds no majority. */
export async function finishErasures(
  consensus: Pick<Consensus, 'propose'>,
  reader: Reader,
  signal?: AbortSignal,
): Promise<void> {
  for (
    let user_id = pendingErasure(reader);
    user_id !== null && signal?.aborted !== true;
    user_id = pendingErasure(reader)
  ) {
    try {
      await submitAsSystem(consensus, continueErasure, { user_id }, attemptMs);
    } catch (error) {
      if (!(error instanceof ProposalError)) throw error;
      return;
    }
  }
}
