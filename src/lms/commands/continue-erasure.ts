import { defineCommand } from '../command.ts';
import { eraseNextImport } from '../erase-imports.ts';
import { resultsErasedAtOnce } from '../limits.ts';
import { withoutNames } from '../pseudonym.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

export interface ContinueErasure {
  readonly user_id: string;
}

interface Erasure {
  readonly user_id: string;
  readonly next_index: number;
  readonly until_index: number;
  readonly next_import: number;
}

/**
 * One step of an erasure: some stored results, then one import. Of the system; nothing is left to do when
 * the erasure is not there. A result is rewritten, not forgotten: a replay must not be done again. The
 * hash chain is over the results as they were, and stays as it is.
 */
export const continueErasure = defineCommand<ContinueErasure, null>({
  kind: 'CONTINUE_ERASURE',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) throw new Refusal('forbidden', 'Only the cluster does this.');
    const erasure = tx.get<Erasure>('SELECT * FROM erasures WHERE user_id = ?', command.user_id);
    if (erasure === undefined) return null;
    tx.target(erasure.user_id);
    if (erasure.next_index <= erasure.until_index) eraseResults(tx, erasure);
    else if (!eraseNextImport(tx, erasure)) {
      tx.run('DELETE FROM erasures WHERE user_id = ?', erasure.user_id);
    }
    return null;
  },
});

function eraseResults(tx: Tx, { user_id: userId, next_index: from, until_index }: Erasure): void {
  const until = Math.min(until_index, from + resultsErasedAtOnce - 1);
  const rows = tx.all<{ log_index: number; result: string }>(
    'SELECT log_index, result FROM results WHERE log_index BETWEEN ? AND ? AND instr(result, ?) > 0',
    from,
    until,
    userId,
  );
  for (const { log_index, result } of rows) {
    const erased = JSON.stringify(withoutNames(JSON.parse(result), userId));
    tx.run('UPDATE results SET result = ? WHERE log_index = ?', erased, log_index);
  }
  tx.run('UPDATE erasures SET next_index = ? WHERE user_id = ?', until + 1, userId);
}
