import t from 'tap';
import {
  accepted,
  append,
  entriesFrom,
  HEARTBEAT_MS,
  LoneServer,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
  refused,
  voteRequest,
  voteResponse,
} from '../../../test/fixtures/lone-server.ts';
import type { Message } from './messages.ts';

/** Elections: paper §5.1, §5.2, and RequestVote of Figure 2. Each test is named by its rule. */

t.test('servers start up as followers (§5.2)', (t) => {
  t.equal(new LoneServer().core.role, 'follower');
  t.equal(new LoneServer({ log: [1, 2], term: 3, vote: 'a' }).core.role, 'follower');
  t.end();
});

const OF_TERM_7: Readonly<Record<string, Message>> = {
  'a request for a vote': voteRequest('b', { term: 7 }),
  'a refused vote': voteResponse(7, false),
  'a granted vote': voteResponse(7, true),
  'a refused pre-vote': voteResponse(7, false, true),
  'entries from a leader': append('b', { term: 7 }),
  'a refusal of entries': refused(7, 1),
  'an acceptance of entries': accepted(7, 0),
  'an answer to a read': {
    kind: 'ReadIndexResponse',
    body: { request_id: 'x', term: 7, read_index: -1 },
  },
};

for (const [what, message] of Object.entries(OF_TERM_7)) {
  t.test(`a larger term is adopted, and ends candidacy: ${what} (§5.1)`, (t) => {
    const server = new LoneServer({ term: 3 });
    server.campaign();
    server.receive('b', voteResponse(4, true, true));
    t.equal(server.core.role, 'candidate');
    server.receive('b', message);
    t.equal(server.core.term, 7);
    t.equal(server.core.role, 'follower');
    t.equal(server.persisted.at(-1)?.hard_state?.term, 7, 'and is persistent');
    t.end();
  });
}

t.test('a leader that learns of a larger term is a follower at once (§5.1)', (t) => {
  const server = new LoneServer();
  server.lead();
  server.receive('b', refused(5, 1));
  t.equal(server.core.role, 'follower');
  t.equal(server.core.term, 5);
  t.equal(server.core.leaderId, null);
  t.end();
});

t.test('requests with a stale term are rejected with the present one (§5.1)', (t) => {
  const server = new LoneServer({ term: 5 });
  const [vote] = server.receive('b', voteRequest('b', { term: 4, last_log_index: 9 }));
  t.match(vote, { to: 'b', body: { term: 5, vote_granted: false } });
  const [entries] = server.receive('b', append('b', { term: 4, entries: entriesFrom(1, 4) }));
  t.match(entries, { to: 'b', body: { term: 5, success: false } });
  t.equal(server.core.leaderId, null);
  t.same(server.log, []);
  t.end();
});

t.test('answers to an older term change nothing (§5.1)', (t) => {
  const server = new LoneServer({ log: [1], term: 5 });
  server.lead();
  server.receive('b', accepted(5, 1));
  server.receive('c', refused(5, 1));
  t.equal(server.core.progress.get('b')?.match, 0);
  t.equal(server.core.progress.get('c')?.next, 2);
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('a follower stays one as long as it hears from a leader (§5.2)', (t) => {
  const server = new LoneServer();
  for (let i = 0; i < 50; i += 1) {
    server.tickAfter(MIN_TIMEOUT_MS - 1);
    t.equal(server.core.role, 'follower');
    server.receive('b', append('b', { term: 1 }));
  }
  t.equal(server.core.leaderId, 'b');
  t.end();
});

t.test('a vote that is granted restarts the election timer, one that is refused does not', (t) => {
  const granting = new LoneServer();
  granting.now += MIN_TIMEOUT_MS - 1;
  granting.receive('b', voteRequest('b', { term: 1 }));
  t.ok(granting.core.electionAt >= granting.now + MIN_TIMEOUT_MS);

  const refusing = new LoneServer({ log: [1, 1] });
  const { electionAt } = refusing.core;
  refusing.now += MIN_TIMEOUT_MS - 1;
  refusing.receive('b', voteRequest('b', { term: 2, last_log_index: 1, last_log_term: 1 }));
  t.equal(refusing.core.electionAt, electionAt);
  t.end();
});

t.test('the election timeout is random in its range, and drawn anew each time (§5.2)', (t) => {
  const server = new LoneServer();
  const seen = new Set<number>();
  for (let i = 0; i < 200; i += 1) {
    const wait = server.core.electionAt - server.now;
    t.ok(wait >= MIN_TIMEOUT_MS && wait <= MAX_TIMEOUT_MS, `${wait} ms`);
    seen.add(wait);
    server.campaign();
  }
  t.ok(seen.size > 100, 'many different ones');
  t.end();
});

t.test('to begin an election: a new term, a vote for itself, requests to all (§5.2)', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'], log: [1, 3], term: 4 });
  server.campaign();
  server.receive('b', voteResponse(5, true, true));
  const sent = server.receive('c', voteResponse(5, true, true));
  t.equal(server.core.role, 'candidate');
  t.equal(server.core.term, 5);
  t.same(server.persisted.at(-1)?.hard_state, { term: 5, voted_for: 'a' });
  t.same(sent.map(({ to }) => to).sort(), ['b', 'c', 'd', 'e']);
  for (const { kind, body } of sent) {
    t.equal(kind, 'VoteRequest');
    t.match(body, { term: 5, last_log_index: 2, last_log_term: 3, pre_vote: false });
  }
  t.end();
});

/** Servers, votes for and against besides its own, and what it is then. */
const ELECTIONS: readonly [number, number, number, string][] = [
  [1, 0, 0, 'leader'],
  [2, 0, 0, 'candidate'],
  [2, 1, 0, 'leader'],
  [3, 0, 0, 'candidate'],
  [3, 1, 0, 'leader'],
  [3, 0, 1, 'candidate'],
  [3, 0, 2, 'follower'],
  [4, 1, 0, 'candidate'],
  [4, 2, 0, 'leader'],
  [4, 1, 2, 'follower'],
  [5, 1, 0, 'candidate'],
  [5, 2, 0, 'leader'],
  [5, 1, 2, 'candidate'],
  [5, 1, 3, 'follower'],
];

for (const [servers, yes, no, role] of ELECTIONS) {
  t.test(`a majority of votes wins: ${yes} for, ${no} against of ${servers} (§5.2)`, (t) => {
    const members = ['a', 'b', 'c', 'd', 'e'].slice(0, servers);
    const server = standing(members);
    const votes = [...Array(yes).fill(true), ...Array(no).fill(false)];
    for (const [position, vote] of votes.entries()) {
      server.receive(members[position + 1] as string, voteResponse(server.core.term, vote));
    }
    t.equal(server.core.role, role);
    t.end();
  });
}

t.test('a vote counts once, only of a member, only for this term and this election (§5.2)', (t) => {
  const server = standing(['a', 'b', 'c', 'd', 'e']);
  const { term } = server.core;
  for (let i = 0; i < 3; i += 1) server.receive('b', voteResponse(term, true));
  t.equal(server.core.role, 'candidate', 'the same voter thrice');
  server.receive('x', voteResponse(term, true));
  t.equal(server.core.role, 'candidate', 'a stranger');
  server.receive('c', voteResponse(term - 1, true));
  t.equal(server.core.role, 'candidate', 'an earlier term');
  server.receive('c', voteResponse(term, true, true));
  t.equal(server.core.role, 'candidate', 'only a pre-vote');
  server.receive('c', voteResponse(term, true));
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('votes do not carry over into the next election (§5.2)', (t) => {
  const server = standing(['a', 'b', 'c', 'd', 'e']);
  server.receive('b', voteResponse(server.core.term, true));
  server.campaign();
  for (const id of ['b', 'c']) server.receive(id, voteResponse(server.core.term + 1, true, true));
  t.equal(server.core.role, 'candidate');
  server.receive('c', voteResponse(server.core.term, true));
  t.equal(server.core.role, 'candidate');
  t.end();
});

t.test('at most one vote per term, first come first served (§5.2)', (t) => {
  const server = new LoneServer();
  t.match(server.receive('b', voteRequest('b', { term: 2 })), [{ body: { vote_granted: true } }]);
  t.match(server.receive('c', voteRequest('c', { term: 2 })), [{ body: { vote_granted: false } }]);
  const again = server.receive('b', voteRequest('b', { term: 2 }));
  t.match(again, [{ body: { vote_granted: true } }], 'the same candidate may ask twice');
  const later = server.receive('c', voteRequest('c', { term: 3 }));
  t.match(later, [{ body: { vote_granted: true } }], 'each term has its vote');
  t.end();
});

t.test('a candidate votes for nobody else in its term (§5.2)', (t) => {
  const server = standing(['a', 'b', 'c']);
  const [answer] = server.receive('b', voteRequest('b', { term: server.core.term }));
  t.match(answer, { body: { vote_granted: false } });
  t.end();
});

t.test('a candidate that hears from a leader of its term follows it (§5.2)', (t) => {
  const server = standing(['a', 'b', 'c']);
  const { term } = server.core;
  server.receive('b', append('b', { term: term - 1 }));
  t.equal(server.core.role, 'candidate', 'not one of an older term');
  server.receive('b', append('b', { term }));
  t.equal(server.core.role, 'follower');
  t.equal(server.core.leaderId, 'b');
  t.end();
});

t.test('without a winner another election follows (§5.2)', (t) => {
  const server = standing(['a', 'b', 'c']);
  const { term } = server.core;
  server.campaign();
  t.equal(server.core.term, term, 'the pre-vote changes no term');
  server.receive('b', voteResponse(term + 1, true, true));
  t.equal(server.core.term, term + 1);
  t.equal(server.core.role, 'candidate');
  t.end();
});

t.test('a leader speaks upon election, and again in idle times (§5.2)', (t) => {
  const server = new LoneServer();
  const first = server.lead();
  t.same(
    first.map(({ to, kind }) => `${to} ${kind}`),
    ['b AppendEntriesRequest', 'c AppendEntriesRequest'],
  );
  for (const id of ['b', 'c']) server.receive(id, accepted(1, 1));
  t.same(server.tickAfter(HEARTBEAT_MS - 1), [], 'not before its time');
  const idle = server.tickAfter(1);
  t.match(idle, [
    { to: 'b', body: { entries: [] } },
    { to: 'c', body: { entries: [] } },
  ]);
  t.end();
});

/** A server that won its pre-vote and stands for election. */
function standing(members: readonly string[]): LoneServer {
  const server = new LoneServer({ members, term: 2 });
  server.campaign();
  for (const id of members.slice(1)) {
    if (server.core.role === 'pre_candidate') server.receive(id, voteResponse(3, true, true));
  }
  return server;
}
