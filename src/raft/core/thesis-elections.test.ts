import t from 'tap';
import {
  accepted,
  append,
  HEARTBEAT_MS,
  LoneServer,
  MIN_TIMEOUT_MS,
  refused,
  voteRequest,
  voteResponse,
} from '../../../test/fixtures/lone-server.ts';

/** Pre-vote, stickiness and check quorum: Ongaro's thesis §9.6, §4.2.3, §6.2. */

t.test('a server asks for pre-votes before it stands, without a new term (§9.6)', (t) => {
  const server = new LoneServer({ log: [1], term: 3 });
  const sent = server.campaign();
  t.equal(server.core.role, 'pre_candidate');
  t.equal(server.core.term, 3);
  t.same(server.persisted, [], 'and nothing to write');
  const body = { term: 4, pre_vote: true, last_log_index: 1, last_log_term: 1 };
  t.match(sent, [
    { to: 'b', body },
    { to: 'c', body },
  ]);
  t.end();
});

t.test('without a majority of pre-votes the term stays (§9.6)', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'], term: 3 });
  for (let i = 0; i < 10; i += 1) {
    server.campaign();
    server.receive('b', voteResponse(4, true, true));
  }
  t.equal(server.core.term, 3);
  for (const id of ['c', 'd', 'e']) server.receive(id, voteResponse(3, false, true));
  t.equal(server.core.role, 'follower', 'a majority against it ends the attempt');
  t.end();
});

t.test('granting a pre-vote changes nothing: no term, no vote, no timer (§9.6)', (t) => {
  const server = new LoneServer({ term: 3, vote: 'c' });
  const { electionAt } = server.core;
  const [answer] = server.receive('b', voteRequest('b', { term: 4, pre_vote: true }));
  t.match(answer, { body: { vote_granted: true, term: 4, pre_vote: true } });
  t.equal(server.core.term, 3);
  t.equal(server.core.votedFor, 'c');
  t.equal(server.core.electionAt, electionAt);
  t.same(server.persisted, []);
  t.match(server.receive('c', voteRequest('c', { term: 4, pre_vote: true })), [
    { body: { vote_granted: true } },
  ]);
  t.end();
});

t.test('a pre-vote is refused for a term that is not new, and tells the own (§9.6)', (t) => {
  const server = new LoneServer({ term: 3 });
  const [answer] = server.receive('b', voteRequest('b', { term: 3, pre_vote: true }));
  t.match(answer, { body: { vote_granted: false, term: 3 } });
  t.end();
});

t.test('a pre-vote that was granted for another term does not count (§9.6)', (t) => {
  const server = new LoneServer({ term: 3 });
  server.campaign();
  server.receive('b', voteResponse(3, true, true));
  server.receive('b', voteResponse(5, true, true));
  t.equal(server.core.role, 'pre_candidate');
  t.equal(server.core.term, 3, 'nor is its term adopted');
  t.end();
});

t.test('a vote is no pre-vote (§9.6)', (t) => {
  const server = new LoneServer({ term: 3 });
  server.campaign();
  server.receive('b', voteResponse(3, true));
  t.equal(server.core.role, 'pre_candidate');
  t.end();
});

for (const preVote of [true, false]) {
  const what = preVote ? 'pre-vote' : 'vote';
  t.test(`no ${what} while a leader is heard, and the term stays (§4.2.3)`, (t) => {
    const server = new LoneServer({ term: 3 });
    server.receive('b', append('b', { term: 3 }));
    const { electionAt } = server.core;
    server.now += MIN_TIMEOUT_MS - 1;
    const request = voteRequest('c', { term: 9, pre_vote: preVote });
    t.match(server.receive('c', request), [{ body: { vote_granted: false, term: 3 } }]);
    t.equal(server.core.term, 3);
    t.equal(server.core.electionAt, electionAt);
    server.now += 1;
    t.match(server.receive('c', request), [{ body: { vote_granted: true } }], 'an instant later');
    t.end();
  });

  t.test(`a leader gives no ${what} (§4.2.3)`, (t) => {
    const server = new LoneServer();
    server.lead();
    const request = voteRequest('c', { term: 9, last_log_index: 9, pre_vote: preVote });
    t.match(server.receive('c', request), [{ body: { vote_granted: false, term: 1 } }]);
    t.equal(server.core.role, 'leader');
    t.end();
  });
}

t.test('a vote for a transfer of leadership is given though the leader is heard (§3.10)', (t) => {
  const server = new LoneServer({ term: 3 });
  server.receive('b', append('b', { term: 3 }));
  const request = voteRequest('c', { term: 4, leadership_transfer: true });
  t.match(server.receive('c', request), [{ body: { vote_granted: true, term: 4 } }]);
  t.end();
});

t.test('a refused message counts as hearing from the leader too', (t) => {
  const server = new LoneServer({ term: 3 });
  server.receive('b', append('b', { term: 3, prev_log_index: 7, prev_log_term: 3 }));
  const request = voteRequest('c', { term: 4 });
  t.match(server.receive('c', request), [{ body: { vote_granted: false } }]);
  t.end();
});

t.test('a leader without a majority for an election timeout gives way (§6.2)', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'] });
  server.lead();
  server.now += 500;
  server.receive('b', accepted(1, 0));
  server.tickAfter(MIN_TIMEOUT_MS - 501);
  t.equal(server.core.role, 'leader');
  server.tickAfter(1);
  t.equal(server.core.role, 'follower', 'one of four answered in time');
  t.equal(server.core.term, 1);
  t.end();
});

t.test('a leader that a majority answers stays, refusals included (§6.2)', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'] });
  server.lead();
  for (let i = 0; i < 20; i += 1) {
    server.tickAfter(MIN_TIMEOUT_MS - 1);
    server.receive('b', accepted(1, 0));
    server.receive('c', refused(1, 1));
  }
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('the only server of a cluster is its own majority (§6.2)', (t) => {
  const server = new LoneServer({ members: ['a'] });
  server.campaign();
  server.tickAfter(10 * MIN_TIMEOUT_MS);
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('a leader whose disk hangs for an election timeout gives way', (t) => {
  const server = new LoneServer();
  server.lead();
  server.slowDisk = true;
  server.propose('x');
  for (let waited = 0; waited < MIN_TIMEOUT_MS; waited += HEARTBEAT_MS) {
    for (const id of ['b', 'c']) server.receive(id, accepted(1, 2));
    server.tickAfter(HEARTBEAT_MS);
  }
  t.equal(server.core.role, 'leader', 'a slow write is not a hanging one');
  server.tickAfter(HEARTBEAT_MS);
  t.equal(server.core.role, 'follower');
  server.campaign();
  t.equal(server.core.role, 'follower', 'and it does not stand');
  server.fsync();
  server.campaign();
  t.equal(server.core.role, 'pre_candidate', 'until the write is done');
  t.end();
});

t.test('who is no voter does not stand, and votes when asked (thesis §4.2.2)', (t) => {
  const server = new LoneServer({ members: ['x'], configuration: threeOthers() });
  t.same(server.campaign(), []);
  t.equal(server.core.role, 'follower');
  const [answer] = server.receive('a', voteRequest('a', { term: 1 }));
  t.match(answer, { body: { vote_granted: true } }, 'its configuration may be old');
  t.end();
});

function threeOthers() {
  const { configuration } = new LoneServer({ members: ['a', 'b', 'c'] }).core;
  return configuration;
}
