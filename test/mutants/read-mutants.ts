import type { Mutant } from './mutant.ts';

export const READ_MUTANTS: readonly Mutant[] = [
  {
    name: "read index before the term's no-op",
    file: 'core/reads.ts',
    edits: [[' || core.commit < core.noopIndex) return;', ') return;']],
  },
  {
    name: 'leader answers reads without asking',
    file: 'core/reads.ts',
    edits: [['  if (!confirmed) return;\n', '']],
  },
  {
    name: 'read round not fresh',
    file: 'core/lease.ts',
    edits: [['core.readRound += 1;', 'core.readRound = 1;']],
  },
  {
    name: 'a read joins the round that is on its way',
    file: 'core/reads.ts',
    edits: [
      [
        '  if (core.readsInRound !== null) return;',
        '  core.readsInRound?.reads.push(...core.readsWaiting.splice(0));\n  if (core.readsInRound !== null) return;',
      ],
    ],
  },
  {
    name: 'a refusal to an older term confirms a round',
    file: 'core/append-entries.ts',
    edits: [['request.term === core.term ? request.read_round : 0', 'request.read_round']],
  },
  {
    name: 'a question of an older term confirms the leader',
    file: 'core/reads.ts',
    edits: [['    term === core.term &&\n', '']],
  },
  {
    name: "a question is answered before the term's no-op",
    file: 'core/reads.ts',
    edits: [['    core.commit >= core.noopIndex &&\n', '']],
  },
  {
    name: 'who asks confirms the leader in any company',
    file: 'core/reads.ts',
    edits: [['(id) => id === core.id || id === from)', '() => true)']],
  },
  {
    name: 'a deposed leader keeps its reads',
    file: 'core/roles.ts',
    edits: [
      ["  if (core.role !== 'follower' || core.leaderId !== leaderId) failReads(core);\n", ''],
    ],
  },
  {
    name: 'a follower answers reads by itself',
    file: 'core/reads.ts',
    edits: [
      [
        '  sendRequest(core, leaderId, requestId);\n}\n\nfunction sendRequest',
        "  core.effects.push({ type: 'read_ready', ids, index: core.commit });\n  sendRequest(core, leaderId, requestId);\n}\n\nfunction sendRequest",
      ],
    ],
  },
  {
    name: 'who is no leader answers for followers',
    file: 'core/reads.ts',
    edits: [
      [
        'return answer(core, from, request_id, -1);',
        'return answer(core, from, request_id, core.commit);',
      ],
    ],
  },
];
