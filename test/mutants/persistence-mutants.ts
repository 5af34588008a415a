import type { Mutant } from './mutant.ts';

export const PERSISTENCE_MUTANTS: readonly Mutant[] = [
  {
    name: 'term and vote not persisted',
    file: 'core/persistence.ts',
    edits: [
      [
        'hard_state: core.hardStateDirty ? { term: core.term, voted_for: core.votedFor } : null',
        'hard_state: null',
      ],
    ],
  },
  {
    name: 'vote not persisted',
    file: 'core/persistence.ts',
    edits: [['voted_for: core.votedFor }', 'voted_for: null }']],
  },
  {
    name: 'vote sent before fsync',
    file: 'core/request-vote.ts',
    edits: [
      [
        "{ kind: 'VoteResponse', body }, hardStateDurable(core)",
        "{ kind: 'VoteResponse', body }, 0",
      ],
    ],
  },
  {
    name: 'candidate asks before its own vote is durable',
    file: 'core/election.ts',
    edits: [['preVote ? 0 : everythingDurable(core)', '0']],
  },
  {
    name: 'candidate counts itself before fsync',
    file: 'core/election.ts',
    edits: [
      [
        "core.role === 'candidate' && core.durableSeq >= core.ownVoteSeq",
        "core.role === 'candidate'",
      ],
    ],
    // Nobody hears of the candidacy before the fsync, so only an only voter leads a term that its disk
    // does not know.
  },
  {
    name: 'ack before fsync',
    file: 'core/append-entries.ts',
    edits: [
      [
        'const after = match <= core.durable ? hardStateDurable(core) : everythingDurable(core);',
        'const after = hardStateDurable(core);',
      ],
    ],
  },
  {
    name: 'ack before the term is durable',
    file: 'core/append-entries.ts',
    edits: [
      [
        'match <= core.durable ? hardStateDurable(core) : everythingDurable(core)',
        'match <= core.durable ? 0 : everythingDurable(core)',
      ],
    ],
  },
  {
    name: 'refusal before the term is durable',
    file: 'core/append-entries.ts',
    edits: [
      [
        "  };\n  send(core, to, { kind: 'AppendEntriesResponse', body }, hardStateDurable(core));",
        "  };\n  send(core, to, { kind: 'AppendEntriesResponse', body }, 0);",
      ],
    ],
  },
  {
    name: 'leader counts itself before fsync',
    file: 'core/commit.ts',
    edits: [['id === core.id ? core.durable :', 'id === core.id ? core.log.lastIndex :']],
  },
  {
    name: 'late ack of an older term',
    file: 'driver/held-messages.ts',
    edits: [['else if (effect.if_term === term) this', 'else this']],
  },
  {
    name: 'late ack of an older term, said to be of the new one',
    file: 'core/outbox.ts',
    edits: [
      [
        "core.effects.push({ type: 'send', to, message, after, if_term: core.term });",
        "core.effects.push({ type: 'send', to, message, after, get if_term() { return core.term; } });",
      ],
    ],
  },
  {
    name: 'what was said before the term moved on leaves',
    file: 'core/step.ts',
    edits: [['  if (core.term > before.term) dropOutdated(core);\n', '']],
  },
  {
    name: 'late durability of a replaced entry counts',
    file: 'core/persistence.ts',
    edits: [
      [
        '  for (const batch of core.pending) batch.last_index = Math.min(batch.last_index, from - 1);\n',
        '',
      ],
      [
        'Math.max(core.durable, core.pending.shift()?.last_index ?? 0)',
        'Math.max(core.durable, Math.min(core.log.lastIndex, core.pending.shift()?.last_index ?? 0))',
      ],
    ],
  },
  {
    name: 'late durability of an entry that came back counts',
    file: 'core/persistence.ts',
    edits: [
      [
        '  for (const batch of core.pending) batch.last_index = Math.min(batch.last_index, from - 1);\n',
        '',
      ],
      [
        '    last_index: core.log.lastIndex,',
        '    last_index: core.log.lastIndex,\n    ...{ last_term: core.log.lastTerm },',
      ],
      [
        'core.durable = Math.max(core.durable, core.pending.shift()?.last_index ?? 0);',
        `const batch = core.pending.shift() as { last_index: number; last_term?: number };
    if (core.log.termAt(batch.last_index) === batch.last_term) {
      core.durable = Math.max(core.durable, batch.last_index);
    }`,
      ],
    ],
  },
  {
    name: 'applied before it is durable here',
    file: 'core/commit.ts',
    edits: [['const index = Math.min(core.commit, core.durable);', 'const index = core.commit;']],
  },
  {
    name: 'what is truncated stays durable',
    file: 'core/persistence.ts',
    edits: [['core.durable = Math.min(core.durable, from - 1);', '']],
  },
];
