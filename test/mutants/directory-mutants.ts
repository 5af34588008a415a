import type { Mutant } from './mutant.ts';

/** A node that has lost what it promised, and is taken for the one that promised it. */
export const DIRECTORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'an id is enough',
    file: 'core/peers.ts',
    edits: [
      [
        'if (known !== undefined) return directory === known;',
        'if (known !== undefined) return true;',
      ],
    ],
  },
  {
    name: 'a vote counts from any directory',
    file: 'core/step.ts',
    edits: [
      [
        'if (!isSameServer(core, from, arrival.directory_id)) return;',
        "if (!isSameServer(core, from, arrival.directory_id) && message.kind !== 'VoteResponse') return;",
      ],
    ],
  },
  {
    name: 'an acknowledgement counts from any directory',
    file: 'core/step.ts',
    edits: [
      [
        'if (!isSameServer(core, from, arrival.directory_id)) return;',
        `const known = isSameServer(core, from, arrival.directory_id);
  if (!known && message.kind !== 'AppendEntriesResponse') return;`,
      ],
    ],
  },
  {
    name: 'a vote for another directory of the candidate counts',
    file: 'core/request-vote.ts',
    edits: [['if (asked !== core.directoryId) return;', 'void asked;']],
  },
  {
    name: 'a majority founds',
    file: 'core/quorum.ts',
    edits: [['if (areIdentified(configuration)) return hasQuorum', 'return hasQuorum']],
  },
  {
    name: 'the first leader names no directories',
    file: 'core/roles.ts',
    edits: [['if (!areIdentified(core.configuration)) identifyVoters(core);', '']],
  },
  {
    name: 'a learner is promoted without its directory',
    file: 'core/member-change.ts',
    edits: [
      [
        'return { id, raft, api, directory_id: directories.get(id) as string };',
        'return { id, raft, api };',
      ],
    ],
  },
  {
    name: 'a learner that begins again is taken to hold what it held',
    file: 'core/peers.ts',
    edits: [['if (progress.directory !== null) {', 'if (progress.directory === undefined) {']],
  },
  {
    name: 'what a lost folder acknowledged stops the learner that begins again',
    file: 'core/append-entries.ts',
    edits: [['if (by === core.directoryId && acknowledged', 'if (acknowledged']],
  },
  {
    name: 'two directories of an id get votes in a term',
    file: 'core/request-vote.ts',
    edits: [['if (!isTold && core.votedFor === request.candidate_id) return;', '']],
  },
  {
    name: 'a new folder under an old id goes on',
    file: 'core/other-directory.ts',
    edits: [
      [
        'if (known === undefined || known === core.directoryId) return;',
        "if (known !== '') return;",
      ],
    ],
  },
];
