import { assert } from './core/assert.ts';
import type { RaftNodeOptions } from './node-options.ts';

/**
 * Those of the newest snapshot, else those that the log begins with. Older ones than the log goes on
 * behind are none: the entries that changed them since may be compacted away, and majorities of the
 * former members would not meet those of the present ones.
 */
export function startingMembers({ log, snapshots, machine, configuration }: RaftNodeOptions) {
  const newest = snapshots.newestUpTo(machine.applied.index);
  const { index: base } = log.recovered.base;
  assert(
    (newest?.last_included_index ?? 0) >= base,
    `no snapshot tells who the members were at entry ${base}, behind which the log begins`,
  );
  if (newest === null) return { configuration };
  const { configuration_index } = newest;
  return { configuration: newest.configuration, configuration_index };
}
