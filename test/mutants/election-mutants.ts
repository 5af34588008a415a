import type { Mutant } from './mutant.ts';

export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'vote without log check',
    file: 'core/request-vote.ts',
    edits: [
      [
        'const { lastTerm, lastIndex } = core.log;',
        'return true;\n  const { lastTerm, lastIndex } = core.log;',
      ],
    ],
  },
  {
    name: 'vote without log check, pre-vote with it',
    file: 'core/request-vote.ts',
    edits: [['core.leaderId === null && isUpToDate(core, request)', 'core.leaderId === null']],
  },
  {
    name: 'log check by length only',
    file: 'core/request-vote.ts',
    edits: [
      ['if (request.last_log_term !== lastTerm) return request.last_log_term > lastTerm;', ''],
    ],
  },
  {
    name: 'log check by last term only',
    file: 'core/request-vote.ts',
    edits: [['return request.last_log_index >= lastIndex;', 'return true;']],
  },
  {
    name: 'two votes in a term',
    file: 'core/request-vote.ts',
    edits: [
      [
        'const free = core.votedFor === null || core.votedFor === request.candidate_id;',
        'const free = true;',
      ],
    ],
  },
  {
    name: 'stale votes counted',
    file: 'core/request-vote.ts',
    edits: [
      ["core.role !== 'candidate' || response.term !== core.term", "core.role !== 'candidate'"],
    ],
  },
  {
    name: 'votes of an earlier candidacy kept',
    file: 'core/roles.ts',
    edits: [
      [
        'setHardState(core, core.term + 1, core.id);\n  forgetVotes(core);',
        'setHardState(core, core.term + 1, core.id);',
      ],
    ],
  },
  {
    name: 'duplicate votes counted',
    file: 'core/request-vote.ts',
    edits: [
      [
        'core.votes.set(from, response.vote_granted);',
        `const silent = core.configuration.voters.find(({ id }) => !core.votes.has(id))?.id ?? from;
  core.votes.set(core.votes.has(from) ? silent : from, response.vote_granted);`,
      ],
    ],
  },
  {
    name: 'quorum of votes off by one',
    file: 'core/quorum.ts',
    edits: [['.length > voters.length / 2', '.length >= Math.floor(voters.length / 2)']],
  },
  {
    name: 'half of the votes is a quorum',
    file: 'core/quorum.ts',
    edits: [['.length > voters.length / 2', '.length >= voters.length / 2']],
  },
  {
    name: 'no step-down on a higher term',
    file: 'core/step.ts',
    edits: [
      [
        'if (term > core.term) becomeFollower',
        "if (term > core.term && core.role !== 'leader') becomeFollower",
      ],
    ],
  },
  {
    name: 'vote kept across terms',
    file: 'core/roles.ts',
    edits: [['setHardState(core, term, null)', 'setHardState(core, term, core.votedFor)']],
  },
  {
    name: 'vote given in the old term',
    file: 'core/request-vote.ts',
    edits: [['if (request.term > core.term) becomeFollower(core, request.term, null);', '']],
  },
  {
    name: 'pre-vote changes the term',
    file: 'core/request-vote.ts',
    edits: [
      [
        'if (request.pre_vote) {',
        'if (request.pre_vote) {\n    if (request.term > core.term) becomeFollower(core, request.term, null);',
      ],
    ],
  },
  {
    name: 'a pre-vote counts as a vote',
    file: 'core/request-vote.ts',
    edits: [
      ["if (core.role !== 'pre_candidate') return;", "if (core.role === 'follower') return;"],
      ['response.vote_granted && response.term !== core.term + 1', 'false'],
    ],
  },
  {
    name: 'no pre-vote',
    file: 'core/election.ts',
    edits: [["core.role === 'pre_candidate' && won(core)", "core.role === 'pre_candidate'"]],
  },
  {
    name: 'no stickiness',
    file: 'core/request-vote.ts',
    edits: [
      [
        'return core.now - core.leaderHeardAt < core.timing.election_timeout_min_ms;',
        'return false;',
      ],
    ],
  },
  {
    name: 'no check quorum',
    file: 'core/election.ts',
    edits: [['core.now >= contactDeadline(core) || isStalled(core)', 'isStalled(core)']],
  },
  {
    name: 'a leader with a stalled disk stays',
    file: 'core/election.ts',
    edits: [
      ['core.now >= contactDeadline(core) || isStalled(core)', 'core.now >= contactDeadline(core)'],
    ],
  },
  {
    name: 'a stalled disk stands for election',
    file: 'core/election.ts',
    edits: [['!mayCampaign(core) || isStalled(core)', '!mayCampaign(core)']],
  },
  {
    name: 'entries do not restart the election timer',
    file: 'core/append-entries.ts',
    edits: [
      [
        'core.leaderHeardAt = core.now;\n  resetElectionTimer(core);',
        'core.leaderHeardAt = core.now;',
      ],
    ],
  },
  {
    name: 'election timeouts are not random',
    file: 'core/state.ts',
    edits: [['core.random.between(min, max)', 'core.random.between(min, min)']],
  },
];
