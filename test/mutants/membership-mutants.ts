import type { Mutant } from './mutant.ts';

export const MEMBERSHIP_MUTANTS: readonly Mutant[] = [
  {
    name: 'configuration effective only when committed',
    file: 'core/state.ts',
    edits: [
      [
        'return configurations.latest.configuration;',
        'return configurations.at(this.commit).configuration;',
      ],
    ],
  },
  {
    name: 'configuration not rolled back',
    file: 'core/persistence.ts',
    edits: [
      ['core.configurations.truncateFrom(from);', ''],
      [
        'if (entry.type === ENTRY_TYPE.configuration) core.configurations.append(entry);',
        `if (entry.type === ENTRY_TYPE.configuration) {
    if (core.configurations.latest.index >= entry.index) core.configurations.truncateFrom(entry.index);
    core.configurations.append(entry);
  }`,
      ],
    ],
  },
  {
    name: 'two changes at once',
    file: 'core/membership.ts',
    edits: [
      [
        'if (!isSettled(core) || isJoint(core.configuration) || core.transfer !== null) {',
        'if (core.transfer !== null) {',
      ],
      ["assert(isSettled(core), 'two changes of the members at once');", ''],
    ],
  },
  {
    name: 'final configuration before the joint one is committed',
    file: 'core/membership.ts',
    edits: [
      [
        'if (core.transfer !== null || !isSettled(core)) return;',
        'if (core.transfer !== null) return;',
      ],
      ["assert(isSettled(core), 'two changes of the members at once');", ''],
    ],
  },
  {
    name: 'no joint configuration',
    file: 'core/membership.ts',
    edits: [
      [
        'command: core.configurations.encode(configuration),',
        'command: core.configurations.encode(finish(configuration)),',
      ],
    ],
  },
  {
    name: 'joint configuration decided by the new members alone',
    file: 'core/quorum.ts',
    edits: [
      [
        'return isMajority(voters, agrees) && (outgoing.length === 0 || isMajority(outgoing, agrees));',
        'return isMajority(voters, agrees);',
      ],
      [
        'return outgoing.length === 0 ? incoming : Math.min(incoming, majorityValue(outgoing, reachedBy));',
        'return incoming;',
      ],
    ],
  },
  {
    name: 'configuration change without a commit of the own term',
    file: 'core/membership.ts',
    edits: [
      [
        'return core.commit >= core.noopIndex && core.configurations.latest.index <= core.commit;',
        'return core.configurations.latest.index <= core.commit;',
      ],
      ["if (core.commit < core.noopIndex) return 'not_ready';", ''],
    ],
  },
  {
    name: 'removed leader counts itself',
    file: 'core/commit.ts',
    edits: [
      [
        'const index = quorumValue(core.configuration, (id) =>',
        `const { voters } = core.configuration;
  const self = { id: core.id, raft: '', api: '' };
  const counted = voters.some(({ id }) => id === core.id) ? voters : [...voters.slice(1), self];
  const index = quorumValue({ ...core.configuration, voters: counted }, (id) =>`,
      ],
    ],
  },
  {
    name: 'learner counted in quorum',
    file: 'core/commit.ts',
    edits: [
      [
        'const index = quorumValue(core.configuration, (id) =>',
        `const { voters, learners } = core.configuration;
  const best = learners.findLast(({ id }) => core.progress.has(id)) ?? voters.at(-1);
  const counted = voters.map((one, n) => (n === voters.length - 1 && best ? best : one));
  const index = quorumValue({ ...core.configuration, voters: counted }, (id) =>`,
      ],
    ],
  },
  {
    name: 'removed leader stays',
    file: 'core/membership.ts',
    edits: [['else if (!isVoter(configuration, core.id)) giveWay(core);', '']],
  },
  {
    name: 'who removed itself never campaigns',
    file: 'core/election.ts',
    edits: [
      [
        `return core.configurations.from(core.commit).some(({ configuration }) => {
    return isVoter(configuration, core.id);
  });`,
        'return isVoter(core.configuration, core.id);',
      ],
    ],
  },
  {
    name: 'removed nodes campaign',
    file: 'core/election.ts',
    edits: [['core.configurations.from(core.commit).some(', 'core.configurations.from(0).some(']],
  },
  {
    name: 'no join index',
    file: 'core/election.ts',
    edits: [['if (core.configurations.latest.index < core.joinIndex) return false;', '']],
  },
  {
    name: 'removed ids may come back',
    file: 'core/member-change.ts',
    edits: [["if (wasRemoved(configuration, member.id)) return 'removed_id';", '']],
  },
  {
    name: 'removal that leaves too few healthy voters',
    file: 'core/membership.ts',
    edits: [["return isSafe(core, next) ? null : 'unsafe';", 'return null;']],
  },
  {
    name: 'learner promoted before it is caught up',
    file: 'core/membership.ts',
    edits: [['if (round !== undefined && progress.match < round.target) return false;', '']],
  },
  {
    name: 'the removed are told nothing',
    file: 'core/peers.ts',
    edits: [
      [
        'else core.departing.set(id, core.departing.get(id) ?? Number.POSITIVE_INFINITY);',
        'else core.progress.delete(id);',
      ],
    ],
  },
  {
    name: 'a new leader begins anew with a half-done change',
    file: 'core/membership.ts',
    edits: [
      [
        'if (isJoint(configuration)) propose(core, finish(configuration));',
        'if (isJoint(configuration)) return;',
      ],
    ],
  },
  {
    name: 'configurations of the log forgotten in a restart',
    file: 'core/state.ts',
    edits: [['    options.log.configurations,\n', '    [],\n']],
  },
];
