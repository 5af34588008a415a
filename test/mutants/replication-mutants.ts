import type { Mutant } from './mutant.ts';

export const REPLICATION_MUTANTS: readonly Mutant[] = [
  {
    name: "old term's entry committed by counting",
    file: 'core/commit.ts',
    edits: [
      ['index <= core.commit || core.log.termAt(index) !== core.term', 'index <= core.commit'],
    ],
  },
  {
    name: 'quorum of copies off by one',
    file: 'core/quorum.ts',
    edits: [
      [
        'values[Math.floor(voters.length / 2)]',
        'values[Math.max(0, Math.floor(voters.length / 2) - 1)]',
      ],
    ],
  },
  {
    name: 'half of the copies is a quorum',
    file: 'core/quorum.ts',
    edits: [
      ['values[Math.floor(voters.length / 2)]', 'values[Math.floor((voters.length - 1) / 2)]'],
    ],
  },
  {
    name: 'heartbeats and rounds of reads are notices',
    file: 'core/replicate.ts',
    edits: [['{ is_notice: !asks }', '{ is_notice: true }']],
  },
  {
    name: 'no check of prev term',
    file: 'core/append-entries.ts',
    edits: [['prev >= core.log.base.index && ownTerm !== prevTerm', 'ownTerm === null']],
  },
  {
    name: 'conflict not truncated',
    file: 'core/append-entries.ts',
    edits: [
      ['core.log.termAt(entry.index) !== entry.term;', 'core.log.termAt(entry.index) === null;'],
    ],
  },
  {
    name: 'always truncated',
    file: 'core/append-entries.ts',
    edits: [[' && core.log.termAt(entry.index) !== entry.term;', ';']],
  },
  {
    name: 'commit beyond the last new entry',
    file: 'core/append-entries.ts',
    edits: [
      [
        'Math.min(request.leader_commit, match)',
        'Math.min(request.leader_commit, core.log.lastIndex)',
      ],
    ],
  },
  {
    name: 'follower acks its own last index',
    file: 'core/append-entries.ts',
    edits: [
      [
        'changed ? match : Math.min(match, core.durable)',
        'changed ? core.log.lastIndex : core.durable',
      ],
    ],
  },
  {
    name: 'append of an older term accepted',
    file: 'core/append-entries.ts',
    edits: [['if (request.term < core.term) {', 'if (request.term < 0) {']],
  },
  {
    name: 'answers to an older term accepted',
    file: 'core/step.ts',
    edits: [
      ['if (message.body.term === core.term) onAppendEntriesResponse', 'onAppendEntriesResponse'],
    ],
  },
  {
    name: 'no back-up on conflict',
    file: 'core/append-response.ts',
    edits: [['progress.refused(meetingPoint(core, response));', 'meetingPoint(core, response);']],
  },
  {
    name: 'backs up one by one',
    file: 'core/append-response.ts',
    edits: [
      [
        'progress.refused(meetingPoint(core, response));',
        'meetingPoint(core, response);\n    progress.refused(progress.next - 1);',
      ],
    ],
  },
  {
    name: 'match index goes back',
    file: 'core/progress.ts',
    edits: [['if (match > this.match) this.match = match;', 'this.match = match;']],
    harmless: true,
  },
  {
    name: 'a late refusal takes the leader behind the match',
    file: 'core/progress.ts',
    edits: [
      ['Math.max(this.match + 1, Math.min(next, this.next - 1))', 'Math.min(next, this.next - 1)'],
    ],
  },
  {
    name: 'no no-op',
    file: 'core/roles.ts',
    edits: [
      [
        '  appendEntry(core, {\n    index: core.noopIndex,',
        '  if (core.noopIndex < 0) appendEntry(core, {\n    index: core.noopIndex,',
      ],
    ],
  },
  {
    name: 'lost messages are not repeated',
    file: 'core/progress.ts',
    edits: [
      [
        "this.probeFrom(this.state === 'probe' ? this.next : this.match + 1);",
        'this.probing = true;',
      ],
    ],
  },
  {
    name: 'no limit of messages on their way',
    file: 'core/progress.ts',
    edits: [['this.#inflight.length >= maxInflightMessages || ', '']],
    harmless: true,
  },
];
