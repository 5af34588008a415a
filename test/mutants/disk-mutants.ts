import type { Mutant } from './mutant.ts';

export const DISK_MUTANTS: readonly Mutant[] = [
  {
    name: 'leader with a low disk takes commands',
    file: 'core/propose.ts',
    edits: [["  if (core.diskLow) return 'disk_low';\n", '']],
  },
  {
    name: 'log that went back goes on unnoticed',
    file: 'core/append-entries.ts',
    edits: [['&& acknowledged > core.log.lastIndex) {', '&& acknowledged < 0) {']],
  },
  {
    name: 'damage in the log cut off as a torn tail',
    file: 'log/recovery.ts',
    edits: [['  if (proof !== null)\n', '  if (proof !== null && bytes.length === 0)\n']],
  },
  {
    name: 'last batch not written again after a failed fsync',
    file: 'log/recovery.ts',
    edits: [['  if (end.batch_start < end.offset)\n', '  if (end.batch_start < 0)\n']],
  },
  {
    name: 'damage in a sealed segment ignored',
    file: 'log/recovery.ts',
    edits: [
      ['    if (!whole || end.batch !== next.header.prev_batch)\n', '    if (end.batch < 0)\n'],
    ],
  },
  {
    name: 'what waits for room is said to be durable',
    file: 'log/log-server.ts',
    edits: [['const last = group[done - 1];', 'const last = group.at(-1);']],
  },
  {
    name: 'commands overtake what waits for room',
    file: 'log/log-server.ts',
    edits: [['this.#waiting = group.slice(done);', 'this.#waiting = [];']],
  },
  {
    name: 'full disk leaves a gap in a group',
    file: 'log/log-engine.ts',
    edits: [
      [
        'if (!this.#stage(batch)) return done;',
        'if (!this.#stage(batch) && done > batches.length) return done;',
      ],
    ],
  },
];
