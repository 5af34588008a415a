import type { Core } from '../../src/raft/core/state.ts';
import type { HashedLog } from './hashed-log.ts';
import type { Marks } from './marks.ts';
import type { Watched } from './watched.ts';

/** What happens to logs, for the marks. */

export function markTruncation(marks: Marks, { written, durable }: Watched, from: number): void {
  marks.hit('truncated');
  if (written.termAt(from) !== written.lastTerm) marks.hit('truncated_two_terms');
  if (written.lastIndex > durable.lastIndex) marks.hit('truncated_before_durable');
}

export function markRefusal(marks: Marks, term: number, core: Core, conflictTerm: number): void {
  if (term !== core.term) return;
  marks.hit(conflictTerm === 0 ? 'append_refused_too_short' : 'append_refused_other_term');
}

/** Of a leader: does a majority hold more than is committed, and only the term forbids it? */
export function markCounting(marks: Marks, core: Core): void {
  const matches = [core.durable, ...[...core.progress.values()].map(({ match }) => match)];
  const index = matches.sort((a, b) => b - a)[matches.length >> 1] ?? 0;
  if (index > core.commit && core.log.termAt(index) !== core.term) {
    marks.hit('older_term_on_majority_not_committed');
  }
}

/** At a restart: what became of that which was written and not fsynced. */
export function markRecovery(
  marks: Marks,
  before: { readonly written: HashedLog; readonly durable: HashedLog },
  found: HashedLog,
): void {
  if (!found.equals(before.durable)) marks.hit('unsynced_batch_survived');
  if (!found.equals(before.written)) marks.hit('unsynced_batch_lost');
}
