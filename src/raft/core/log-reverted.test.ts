import t from 'tap';
import { accepted, append, HEARTBEAT_MS, LoneServer } from '../../../test/fixtures/lone-server.ts';
import { LogReverted } from './log-reverted.ts';

/** A disk that was put back to an older state. */

t.test('a leader tells each peer what it has acknowledged in this term', (t) => {
  const server = new LoneServer();
  server.lead();
  server.receive('b', accepted(1, 1));
  const sent = server.propose('x');
  t.match(sent, [{ to: 'b', body: { acknowledged_index: 1 } }]);
  t.match(server.tickAfter(HEARTBEAT_MS).at(-1), { to: 'c', body: { acknowledged_index: 0 } });
  t.end();
});

t.test('a log that is shorter than what it acknowledged in this term stops the node', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 3 });
  const message = append('b', {
    term: 3,
    prev_log_index: 5,
    prev_log_term: 3,
    acknowledged_index: 5,
  });
  t.throws(() => server.receive('b', message), LogReverted);
  t.throws(() => server.receive('b', message), {
    message: /ends at entry 2, but .* entry 5 .* term 3.*under a new node id/,
  });
  t.end();
});

t.test('also when an older disk has forgotten the term', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 1 });
  const message = append('b', { term: 3, prev_log_index: 5, acknowledged_index: 5 });
  t.throws(() => server.receive('b', message), LogReverted);
  t.end();
});

t.test('what was acknowledged to the leader of an older term says nothing now', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 3 });
  const message = append('b', { term: 2, prev_log_index: 5, acknowledged_index: 5 });
  t.match(server.receive('b', message), [{ body: { success: false, term: 3 } }]);
  t.end();
});

t.test('a log that holds just that, and a leader that does not say, are well', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 3 });
  const message = { term: 3, prev_log_index: 2, prev_log_term: 1 };
  t.match(server.receive('b', append('b', { ...message, acknowledged_index: 2 })), [
    { body: { success: true } },
  ]);
  t.match(server.receive('b', append('b', message)), [{ body: { success: true } }]);
  t.end();
});
