import t from 'tap';
import {
  accepted,
  append,
  arrival,
  entriesFrom,
  LoneServer,
  MIN_TIMEOUT_MS,
  voteRequest,
  voteResponse,
} from '../../../test/fixtures/lone-server.ts';

/**
 * "Updated on stable storage before responding to RPCs" (paper, Figure 2), with a disk that takes its
 * time: what leaves, and what counts, only after which write.
 */

t.test('a vote leaves when it is on disk, with its term (Figure 2)', (t) => {
  const server = slow();
  t.same(server.receive('b', voteRequest('b', { term: 1 })), []);
  t.same(server.persisted.at(-1)?.hard_state, { term: 1, voted_for: 'b' });
  t.match(server.fsync(), [{ to: 'b', body: { vote_granted: true } }]);
  t.end();
});

t.test('a repeated vote waits for the same write (Figure 2)', (t) => {
  const server = slow();
  server.receive('b', voteRequest('b', { term: 1 }));
  t.same(server.receive('b', voteRequest('b', { term: 1 })), []);
  t.equal(server.fsync().length, 2);
  t.end();
});

t.test('a refusal tells no term that is not on disk (Figure 2)', (t) => {
  const server = slow({ log: [1] });
  t.same(server.receive('b', voteRequest('b', { term: 5 })), []);
  t.match(server.fsync(), [{ body: { term: 5, vote_granted: false } }]);
  t.end();
});

t.test('a candidate is silent, and does not count itself, before its vote is on disk', (t) => {
  const server = slow({ members: ['a'] });
  server.campaign();
  t.equal(server.core.role, 'candidate');
  server.fsync();
  t.equal(server.core.role, 'leader');

  const three = slow();
  three.campaign();
  t.same(three.receive('b', voteResponse(1, true, true)), [], 'no request yet');
  t.equal(three.fsync().length, 2);
  t.end();
});

t.test('a vote for an earlier candidacy of its own does not count for the present one', (t) => {
  const server = slow();
  server.campaign();
  server.receive('b', voteResponse(1, true, true));
  server.now += 1;
  server.core.electionAt = server.now;
  server.give({ type: 'tick' });
  server.receive('b', voteResponse(2, true, true));
  t.equal(server.core.term, 2);
  server.receive('b', voteResponse(2, true));
  server.fsync(1);
  t.equal(server.core.role, 'candidate');
  server.fsync(2);
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('entries are acknowledged when they are on disk, heartbeats in the meantime', (t) => {
  const server = slow({ log: [1], term: 1 });
  const prev = { term: 1, prev_log_index: 1, prev_log_term: 1 };
  t.same(server.receive('b', append('b', { ...prev, entries: entriesFrom(2, 1, 1) })), []);
  const heartbeat = append('b', { term: 1, prev_log_index: 3, prev_log_term: 1 });
  t.match(server.receive('b', heartbeat), [{ body: { success: true, match_index: 1 } }]);
  t.match(server.fsync(), [{ body: { success: true, match_index: 3 } }]);
  t.match(server.receive('b', heartbeat), [{ body: { success: true, match_index: 3 } }]);
  t.end();
});

t.test('entries that come twice are acknowledged only with the write of the first', (t) => {
  const server = slow({ term: 1 });
  const message = append('b', { term: 1, entries: entriesFrom(1, 1) });
  server.receive('b', message);
  t.same(server.receive('b', message), []);
  t.equal(server.persisted.length, 1, 'written once');
  t.equal(server.fsync().length, 2);
  t.end();
});

t.test('an acknowledgement of a term that is over is not sent any more', (t) => {
  const server = slow({ term: 1 });
  server.receive('b', append('b', { term: 1, entries: entriesFrom(1, 1) }));
  server.now += MIN_TIMEOUT_MS;
  server.receive('c', voteRequest('c', { term: 2, last_log_index: 1, last_log_term: 1 }));
  const sent = server.fsync();
  t.match(sent, [{ to: 'c', kind: 'VoteResponse' }]);
  t.equal(sent.length, 1);
  t.end();
});

t.test('a leader counts itself when its own disk has the entry', (t) => {
  const server = new LoneServer();
  server.lead();
  server.receive('b', accepted(1, 1));
  server.slowDisk = true;
  server.propose('x');
  server.receive('b', accepted(1, 2));
  t.equal(server.core.commit, 1);
  server.fsync();
  t.equal(server.core.commit, 2);
  t.end();
});

t.test('the only server of a cluster waits for its disk too (etcd #14370)', (t) => {
  const server = new LoneServer({ members: ['a'] });
  server.campaign();
  t.equal(server.core.commit, 1);
  server.slowDisk = true;
  server.propose('x');
  t.equal(server.core.commit, 1);
  server.fsync();
  t.equal(server.core.commit, 2);
  t.end();
});

t.test(
  'what others have made durable is committed without the leader, and not yet applied',
  (t) => {
    const server = new LoneServer();
    server.lead();
    server.receive('b', accepted(1, 1));
    server.slowDisk = true;
    server.propose('x');
    server.receive('b', accepted(1, 2));
    server.receive('c', accepted(1, 2));
    t.equal(server.core.commit, 2);
    t.equal(server.effectsOf('commit').at(-1)?.index, 1);
    server.fsync();
    t.equal(server.effectsOf('commit').at(-1)?.index, 2);
    t.end();
  },
);

t.test('a late confirmation of a replaced entry makes nothing durable (ABA)', (t) => {
  const server = slow({ log: [1], term: 1 });
  const prev = { prev_log_index: 1, prev_log_term: 1 };
  server.receive('b', append('b', { ...prev, term: 1, entries: entriesFrom(2, 1, 1) }));
  server.receive('c', append('c', { ...prev, term: 2, entries: entriesFrom(2, 2) }));
  server.receive('b', append('b', { ...prev, term: 3, entries: entriesFrom(2, 1, 1) }));
  server.fsync(1);
  t.equal(server.core.durable, 1, 'the batch of term 1');
  server.fsync(2);
  t.equal(server.core.durable, 1, 'the batch of term 2');
  server.fsync(3);
  t.equal(server.core.durable, 3, 'the same entries as in the first, written again');
  t.end();
});

t.test('what was cut off one batch leaves the rest of it durable', (t) => {
  const server = slow({ log: [1], term: 1 });
  const prev = { prev_log_index: 1, prev_log_term: 1 };
  server.receive('b', append('b', { ...prev, term: 1, entries: entriesFrom(2, 1, 1) }));
  const conflict = { term: 2, prev_log_index: 2, prev_log_term: 1, entries: entriesFrom(3, 2) };
  server.receive('c', append('c', conflict));
  server.fsync(1);
  t.equal(server.core.durable, 2);
  t.end();
});

t.test('one step, one batch: the last word of several events', (t) => {
  const server = slow({ log: [1, 1, 1], term: 1 });
  const prev = { prev_log_index: 1, prev_log_term: 1 };
  server.give(
    arrival('b', append('b', { ...prev, term: 2, entries: entriesFrom(2, 2, 2) })),
    arrival('c', append('c', { ...prev, term: 3, entries: entriesFrom(2, 3) })),
  );
  t.equal(server.persisted.length, 1);
  t.match(server.persisted[0], { hard_state: { term: 3 }, entries: [{ index: 2, term: 3 }] });
  t.equal(server.persisted[0]?.entries.length, 1);
  t.same(server.log, [1, 3]);
  const sent = server.fsync();
  t.same(
    sent.map(({ to }) => to),
    ['c'],
    'the answer to b is of a term that is over',
  );
  t.end();
});

t.test('what was said in a step before its term moved on does not leave', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 1 });
  const entries = entriesFrom(2, 2);
  const older = append('b', { term: 1, prev_log_index: 2, prev_log_term: 1 });
  const newer = append('c', { term: 2, prev_log_index: 1, prev_log_term: 1, entries });
  const sent = server.give(arrival('b', older), arrival('c', newer));
  t.match(sent, [{ to: 'c', body: { term: 2, match_index: 2 } }], 'entry 2 of term 1 is gone');
  t.equal(sent.length, 1);
  t.end();
});

function slow(options: ConstructorParameters<typeof LoneServer>[0] = {}): LoneServer {
  const server = new LoneServer(options);
  server.slowDisk = true;
  return server;
}
