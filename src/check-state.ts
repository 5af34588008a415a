import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { StateDamaged, watchState } from './lms/state-check.ts';
import { doubtOf } from './open-machine.ts';
import { OperatorError } from './operator-error.ts';

interface CheckNeeds {
  readonly node_id: string;
  /** The data folder. */
  readonly folder: string;
  readonly logger: Logger;
}

/**
 * Checks the state in the background. On damage the node must stop: it could answer wrongly. It leaves
 * word for its next start, which makes the state again.
 */
export async function checkState(
  { node_id, folder, logger }: CheckNeeds,
  signal: AbortSignal,
  watch: typeof watchState = watchState,
): Promise<void> {
  const database = join(folder, 'lms.db');
  try {
    await watch(database, logger, signal);
  } catch (error) {
    if (!(error instanceof StateDamaged)) throw error;
    writeFileSync(doubtOf(database), error.message);
    throw new OperatorError(
      `node ${node_id} had to stop: ${error.message}. Start it again: it sets that file aside, and makes its ` +
        `state again from ${join(folder, 'snapshots')} and its log. If it is damaged again, the disk is failing, ` +
        `or the snapshot is: replace the node, npx lms-admin add-node --replaces ${node_id}. The other ` +
        'nodes go on, and have all that was acknowledged',
      { cause: error },
    );
  }
}
