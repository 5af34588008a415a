import { quorumValue } from './quorum.ts';
import type { Core } from './state.ts';

/**
 * The commit rule: an entry is committed when a majority holds it durably, and it is of the present
 * term; those before it are committed with it (paper §5.3, §5.4.2, Figure 8). The leader counts
 * itself like anyone else: by what its own disk has confirmed.
 */
export function advanceCommit(core: Core): void {
  const index = quorumValue(core.configuration, (id) =>
    id === core.id ? core.durable : (core.progress.get(id)?.match ?? 0),
  );
  if (index <= core.commit || core.log.termAt(index) !== core.term) return;
  core.commit = index;
  while (core.uncommitted.length > 0 && (core.uncommitted[0]?.index ?? 0) <= index) {
    core.uncommittedBytes -= core.uncommitted.shift()?.bytes ?? 0;
  }
}

/** Entries may be applied when they are committed and durable here: SQLite never leads the log. */
export function announceCommit(core: Core): void {
  const index = Math.min(core.commit, core.durable);
  if (index <= core.announced) return;
  core.announced = index;
  core.effects.push({ type: 'commit', index });
}
