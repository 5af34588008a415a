import t from 'tap';
import {
  accepted,
  append,
  entriesFrom,
  HEARTBEAT_MS,
  LoneServer,
  refused,
  voteRequest,
} from '../../../test/fixtures/lone-server.ts';

/** Safety: paper §5.4. Each test is named by its rule. */

/** The voter's log, the candidate's last index and term, and whether it gets the vote. */
const UP_TO_DATE: readonly [readonly number[], number, number, boolean][] = [
  [[], 0, 0, true],
  [[1], 1, 1, true],
  [[1], 2, 1, true],
  [[1], 1, 2, true],
  [[1, 1], 1, 2, true],
  [[1, 1], 1, 1, false],
  [[1], 0, 0, false],
  [[2], 1, 1, false],
  [[2], 9, 1, false],
  [[1, 2], 2, 2, true],
];

for (const [log, index, term, granted] of UP_TO_DATE) {
  t.test(
    `a vote only for a log as up-to-date: [${log}], asked with ${index}/${term} (§5.4.1)`,
    (t) => {
      for (const preVote of [false, true]) {
        const server = new LoneServer({ log, term: 2 });
        const request = { term: 3, last_log_index: index, last_log_term: term, pre_vote: preVote };
        const [answer] = server.receive('b', voteRequest('b', request));
        t.match(answer, { body: { vote_granted: granted, pre_vote: preVote } });
        t.equal(server.core.term, preVote ? 2 : 3, 'the term is adopted even without a vote');
      }
      t.end();
    },
  );
}

t.test('entries of earlier terms are not committed by counting (§5.4.2)', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'], log: [1, 2], term: 3 });
  server.lead();
  for (const id of ['b', 'c', 'd', 'e']) server.receive(id, accepted(4, 2));
  t.equal(server.core.commit, 0, 'though everybody has them');
  server.receive('b', accepted(4, 3));
  t.equal(server.core.commit, 0);
  server.receive('c', accepted(4, 3));
  t.equal(server.core.commit, 3, 'but by an entry of its own term, with it');
  t.end();
});

t.test('a leader keeps the terms of the entries that it passes on (§5.4.2)', (t) => {
  const server = new LoneServer({ log: [1, 2], term: 3 });
  server.lead();
  const sent = server.receive('b', refused(4, 1));
  t.match(sent, [{ body: { entries: [{ term: 1 }, { term: 2 }, { term: 4 }] } }]);
  t.end();
});

t.test('a committed entry is never truncated: the server stops instead (§5.4.3)', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 1 });
  const commit = { term: 1, prev_log_index: 2, prev_log_term: 1, leader_commit: 2 };
  server.receive('b', append('b', commit));
  const entries = entriesFrom(2, 2);
  const wrong = append('c', { term: 2, prev_log_index: 1, prev_log_term: 1, entries });
  t.throws(() => server.receive('c', wrong), { name: 'InvariantViolation' });
  t.end();
});

t.test('two leaders in a term cannot be: the server stops (Election Safety, Figure 3)', (t) => {
  const follower = new LoneServer({ term: 1 });
  follower.receive('b', append('b', { term: 1 }));
  t.throws(() => follower.receive('c', append('c', { term: 1 })), { name: 'InvariantViolation' });

  const leader = new LoneServer();
  leader.lead();
  t.throws(() => leader.receive('b', append('b', { term: 1 })), { name: 'InvariantViolation' });
  t.end();
});

t.test('an answer that claims more than the leader holds stops the leader', (t) => {
  const server = new LoneServer();
  server.lead();
  t.throws(() => server.receive('b', accepted(1, 2)), { name: 'InvariantViolation' });
  t.end();
});

t.test('a leader only appends to its log (Leader Append-Only, Figure 3)', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 1 });
  server.lead();
  server.propose('x');
  const [, first, second] = server.persisted;
  t.match(first?.entries, [{ index: 3, term: 2 }]);
  t.match(second?.entries, [{ index: 4, term: 2 }]);
  t.same(server.log, [1, 1, 2, 2]);
  t.end();
});

t.test('applied entries are committed: a restart begins with them', (t) => {
  const server = new LoneServer({ log: [1, 1, 1], term: 1, applied: 2 });
  t.equal(server.core.commit, 2);
  const heartbeat = { term: 1, prev_log_index: 3, prev_log_term: 1 };
  server.receive('b', append('b', { ...heartbeat, leader_commit: 3 }));
  t.match(server.effectsOf('commit'), [{ index: 3 }], 'and goes on behind them');
  t.end();
});

t.test('a server whose state machine is ahead of its log stops', (t) => {
  const server = new LoneServer({ log: [1], term: 1, applied: 2 });
  t.throws(() => server.tickAfter(HEARTBEAT_MS), { name: 'InvariantViolation' });
  t.end();
});
