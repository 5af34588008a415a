import type { Mutant } from './mutant.ts';

export const SNAPSHOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'log deleted before the snapshot is durable',
    file: 'snapshot/snapshot-taker.ts',
    edits: [
      [
        `const snapshot = await this.#store.add(path, meta);
      await this.#hooks.taken(snapshot);`,
        `await this.#hooks.taken({ ...meta, path });
      const snapshot = await this.#store.add(path, meta);`,
      ],
    ],
  },
  {
    name: 'log deleted before it is durable that it is void',
    file: 'log/log-engine.ts',
    edits: [
      [
        `      this.#flush();
      this.#remove(this.#state.removeSegments(count));`,
        `      this.#remove(this.#state.removeSegments(count));
      this.#flush();`,
      ],
    ],
  },
  {
    name: 'more of the log deleted than the snapshot holds',
    file: 'log/log-engine.ts',
    edits: [['      if (prevIndex > snapshot.index) return false;\n', '']],
  },
  {
    name: 'log begins where what stays supersedes what goes',
    file: 'log/segment-spans.ts',
    edits: [['lowest > span.prev.index && mayBegin', 'mayBegin']],
  },
  {
    name: 'old log removed before the new beginning is durable',
    file: 'log/log-engine.ts',
    edits: [
      [
        `    this.#openNext(blank, how);
    this.#remove(before.segments.remove(Number.POSITIVE_INFINITY));`,
        `    this.#remove(before.segments.remove(Number.POSITIVE_INFINITY));
    this.#openNext(blank, how);`,
      ],
    ],
  },
  {
    name: 'snapshot over newer state',
    file: 'core/snapshots.ts',
    edits: [['if (snapshot.index > core.commit) adopt', 'adopt']],
  },
  {
    name: 'snapshot drops a good suffix',
    file: 'core/snapshots.ts',
    edits: [
      ['if (core.log.termAt(snapshot.index) === snapshot.term) {', 'if (core.id === null) {'],
    ],
  },
  {
    name: 'snapshot keeps a bad suffix',
    file: 'core/snapshots.ts',
    edits: [
      [
        'if (core.log.termAt(snapshot.index) === snapshot.term) {',
        'if (core.log.termAt(snapshot.index) !== null) {',
      ],
    ],
  },
  {
    name: 'snapshot without configuration',
    file: 'core/snapshots.ts',
    edits: [['  core.configurations.reset({ index, configuration });\n', '']],
  },
  {
    name: 'snapshot of an older term accepted',
    file: 'core/snapshots.ts',
    edits: [['if (term < core.term) {', 'if (term < 0) {']],
  },
  {
    name: 'snapshot of an older term not answered',
    file: 'core/snapshots.ts',
    edits: [['    answer(core, from, false);\n', '']],
  },
  {
    name: 'snapshot acknowledged before the log has started over',
    file: 'core/snapshots.ts',
    edits: [['success ? everythingDurable(core) :', 'success ? hardStateDurable(core) :']],
  },
  {
    name: 'state installed before the log has started over',
    file: 'core/snapshots.ts',
    edits: [['installing === null || core.durableSeq < installing.seq', 'installing === null']],
  },
  {
    name: 'what was durable in the old log stays so in the new one',
    file: 'core/persistence.ts',
    edits: [['core.durable = Math.min(core.durable, core.commit);', '']],
  },
  {
    name: 'what is written of the old log counts for the new one',
    file: 'core/persistence.ts',
    edits: [
      [
        '  for (const batch of core.pending) batch.last_index = Math.min(batch.last_index, core.commit);\n',
        '',
      ],
    ],
  },
  {
    name: 'entries written before the log started over are written again',
    file: 'core/persistence.ts',
    edits: [['  core.resetTo = base;\n  core.dirtyFrom = null;\n', '  core.resetTo = base;\n']],
  },
  {
    name: 'term at the beginning of the log forgotten',
    file: 'core/log-view.ts',
    edits: [
      [
        '    this.#base = base;\n    this.#dropCached',
        '    this.#base = { ...base, term: 0 };\n    this.#dropCached',
      ],
    ],
  },
  {
    name: 'a follower that waits for a snapshot waits for ever',
    file: 'core/snapshots.ts',
    edits: [['core.now + snapshotRetryMs', 'Number.POSITIVE_INFINITY']],
  },
  {
    name: 'a lost probe holds the snapshot back',
    file: 'core/replicate.ts',
    edits: [
      [
        'if (progress.next <= core.log.base.index) offerSnapshot',
        'if (progress.next <= core.log.base.index && !progress.probing) offerSnapshot',
      ],
    ],
  },
  {
    name: 'de-duplication forgotten in snapshots',
    file: '../../test/simulation/machine.ts',
    edits: [['    this.done = new Map(other.done);\n', '']],
  },
];
