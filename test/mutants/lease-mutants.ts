import type { Mutant } from './mutant.ts';

export const LEASE_MUTANTS: readonly Mutant[] = [
  {
    name: 'lease read after a stall: counted from when the answer came',
    file: 'core/append-response.ts',
    edits: [['leaseOf(core, response.read_round)', 'core.now']],
  },
  {
    name: 'lease never ends',
    file: 'core/lease.ts',
    edits: [['  return core.now < from + leaseMs(core);', '  return from > 0;']],
  },
  {
    name: 'lease survives a transfer',
    file: 'core/transfer.ts',
    edits: [['  core.leaseIsVoid = true;\n', '']],
  },
  {
    name: 'restarted voter keeps no lease',
    file: 'core/state.ts',
    edits: [
      [
        "options.reads === 'lease' ? options.now : Number.NEGATIVE_INFINITY",
        'Number.NEGATIVE_INFINITY',
      ],
    ],
  },
  {
    name: 'closed connection frees a voter of its lease',
    file: 'core/step.ts',
    edits: [['  if (lostLeader && !core.leases) core', '  if (lostLeader) core']],
  },
  {
    name: 'hastened election in spite of the own lease',
    file: 'core/election.ts',
    edits: [['core.leases ? core.leaderHeardAt + core.timing.election_timeout_min_ms : 0', '0']],
  },
  {
    name: 'lease by the word of one',
    file: 'core/lease.ts',
    edits: [
      [
        'quorumValue(core.configuration, (id) =>\n    id === core.id ? core.now : (core.progress.get(id)?.leaseFrom ?? Number.NEGATIVE_INFINITY),\n  )',
        'Math.max(...[...core.progress.values()].map(({ leaseFrom }) => leaseFrom), Number.NEGATIVE_INFINITY)',
      ],
    ],
  },
  {
    name: 'lease of those who keep none',
    file: 'core/append-response.ts',
    edits: [['  if (response.keeps_lease) {', '  if (core.leases) {']],
  },
  {
    name: 'lease by a clock that stood still',
    file: 'core/step.ts',
    edits: [['      return onClockJumped(core);', '      return;']],
  },
];
