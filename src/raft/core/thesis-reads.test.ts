import t from 'tap';
import {
  accepted,
  append,
  HEARTBEAT_MS,
  LoneServer,
  refused,
  type Sent,
} from '../../../test/fixtures/lone-server.ts';
import type { Message } from './messages.ts';

/** Reads: paper §8 and thesis §6.4. Each test is named by its rule. */

t.test('a leader begins its term with a no-op (§8)', (t) => {
  const server = new LoneServer({ log: [1] });
  const sent = server.lead();
  t.match(sent[0]?.body, { entries: [{ index: 2, term: 2, type: 1 }] });
  t.end();
});

t.test('no read before an entry of the own term is committed (§8, §6.4)', (t) => {
  const server = new LoneServer({ log: [1] });
  server.lead();
  read(server, 'r');
  server.receive('b', accepted(2, 1, 1));
  server.receive('c', accepted(2, 1, 1));
  t.same(server.effectsOf('read_ready'), []);
  server.receive('b', accepted(2, 2));
  server.receive('b', accepted(2, 2, 1));
  t.match(server.effectsOf('read_ready'), [{ ids: ['r'], index: 2 }]);
  t.end();
});

t.test('a read is answered when a majority confirmed the leadership after it came (§6.4)', (t) => {
  const server = leading(['a', 'b', 'c', 'd', 'e']);
  const sent = read(server, 'r');
  t.equal(sent.length, 4);
  for (const { body } of sent) t.match(body, { read_round: 1, entries: [] });
  server.receive('b', accepted(1, 1, 1));
  server.receive('b', accepted(1, 1, 1));
  t.same(server.effectsOf('read_ready'), [], 'the same server twice');
  server.receive('c', accepted(1, 1, 0));
  t.same(server.effectsOf('read_ready'), [], 'an answer to something earlier');
  server.receive('x', accepted(1, 1, 1));
  t.same(server.effectsOf('read_ready'), [], 'a stranger');
  server.receive('c', refused(1, 1, 0, 1));
  t.match(server.effectsOf('read_ready'), [{ ids: ['r'], index: 1 }], 'a refusal confirms as well');
  t.end();
});

t.test('the read index is the commit index when the round began (§6.4)', (t) => {
  const server = leading(['a', 'b', 'c']);
  read(server, 'r');
  server.propose('x');
  server.receive('b', accepted(1, 2));
  t.equal(server.core.commit, 2);
  server.receive('b', accepted(1, 2, 1));
  t.match(server.effectsOf('read_ready'), [{ index: 1 }]);
  t.end();
});

t.test('reads that come during a round share the next one, whose number is fresh', (t) => {
  const server = leading(['a', 'b', 'c']);
  read(server, 'r1');
  t.same(read(server, 'r2'), []);
  t.same(read(server, 'r3'), []);
  const sent = server.receive('b', accepted(1, 1, 1));
  t.match(server.effectsOf('read_ready'), [{ ids: ['r1'] }]);
  t.match(sent, [{ body: { read_round: 2 } }, { body: { read_round: 2 } }]);
  server.receive('c', accepted(1, 1, 1));
  t.equal(server.effectsOf('read_ready').length, 1, 'the earlier round says nothing of them');
  server.receive('c', accepted(1, 1, 2));
  t.match(server.effectsOf('read_ready').at(-1), { ids: ['r2', 'r3'] });
  t.end();
});

t.test('a round that was lost is repeated with the next heartbeat', (t) => {
  const server = leading(['a', 'b', 'c']);
  read(server, 'r');
  const sent = server.tickAfter(HEARTBEAT_MS);
  t.match(sent, [{ body: { read_round: 1 } }, { body: { read_round: 1 } }]);
  t.end();
});

t.test('entries that go out confirm a read as well as an empty message', (t) => {
  const server = leading(['a', 'b', 'c']);
  const sent = server.give(
    { type: 'read', id: 'r' },
    { type: 'propose', request_id: 'x', command: new Uint8Array(1) },
  );
  t.match(sent.slice(0, 2), [
    { body: { read_round: 1, entries: [{ index: 2 }] } },
    { body: { read_round: 1, entries: [{ index: 2 }] } },
  ]);
  t.end();
});

t.test('the only server of a cluster confirms itself (etcd raft #105)', (t) => {
  const server = new LoneServer({ members: ['a'] });
  server.campaign();
  read(server, 'r');
  t.match(server.effectsOf('read_ready'), [{ ids: ['r'], index: 1 }]);
  t.end();
});

t.test('who is deposed answers no read that still waits, nor those of followers (§6.4)', (t) => {
  const server = leading(['a', 'b', 'c', 'd', 'e']);
  read(server, 'r1');
  read(server, 'r2');
  server.receive('b', ask('b.1'));
  const sent = server.receive('c', refused(2, 1));
  t.same(server.effectsOf('read_ready'), []);
  t.same(server.effectsOf('read_failed')[0]?.ids.toSorted(), ['r1', 'r2']);
  t.match(sent, [{ to: 'b', body: { request_id: 'b.1', term: 2, read_index: -1 } }]);
  t.end();
});

t.test('without a leader a read fails at once', (t) => {
  const server = new LoneServer();
  read(server, 'r');
  t.match(server.effectsOf('read_failed'), [{ ids: ['r'] }]);
  t.end();
});

t.test('a refusal to an older term carries no round (a former life of the leader)', (t) => {
  const server = new LoneServer({ term: 5 });
  const [answer] = server.receive('b', append('b', { term: 4, read_round: 7 }));
  t.match(answer, { body: { success: false, term: 5, read_round: 0 } });
  const fits = server.receive('b', append('b', { term: 5, read_round: 7 }));
  t.match(fits, [{ body: { success: true, read_round: 7 } }]);
  const conflict = { term: 5, prev_log_index: 9, prev_log_term: 5, read_round: 8 };
  const misfits = server.receive('b', append('b', conflict));
  t.match(misfits, [{ body: { success: false, read_round: 8 } }]);
  t.end();
});

t.test('a follower asks the leader for the read index (§6.4)', (t) => {
  const server = following();
  const [question] = read(server, 'r1');
  t.match(question, { to: 'b', kind: 'ReadIndexRequest' });
  t.same(read(server, 'r2'), [], 'one question at a time');
  const [next] = server.receive('b', answerTo(question, 7));
  t.match(server.effectsOf('read_ready'), [{ ids: ['r1'], index: 7 }]);
  t.match(next, { to: 'b', kind: 'ReadIndexRequest' });
  t.not(requestId(next), requestId(question));
  server.receive('b', answerTo(question, 9));
  t.equal(server.effectsOf('read_ready').length, 1, 'the same answer twice');
  t.end();
});

t.test('a question without an answer is repeated, and given up with its leader', (t) => {
  const server = following();
  const [question] = read(server, 'r');
  const [again] = server.tickAfter(HEARTBEAT_MS);
  t.same(again, question);
  server.campaign();
  t.match(server.effectsOf('read_failed'), [{ ids: ['r'] }]);
  t.end();
});

t.test('a new leader means to ask anew', (t) => {
  const server = following();
  const [question] = read(server, 'r');
  server.receive('c', append('c', { term: 2 }));
  t.match(server.effectsOf('read_failed'), [{ ids: ['r'] }]);
  server.receive('b', answerTo(question, 7));
  t.same(server.effectsOf('read_ready'), []);
  t.end();
});

t.test('a refusal by the former leader fails the read', (t) => {
  const server = following();
  const [question] = read(server, 'r');
  server.receive('b', answerTo(question, -1));
  t.match(server.effectsOf('read_failed'), [{ ids: ['r'] }]);
  t.end();
});

t.test('the leader answers for a follower by the same rules', (t) => {
  const server = leading(['a', 'b', 'c', 'd', 'e']);
  server.receive('b', ask('b.1'));
  t.same(server.receive('c', accepted(1, 1, 1)), [], 'itself and one other');
  const sent = server.receive('d', accepted(1, 1, 1));
  t.match(sent, [{ to: 'b', body: { request_id: 'b.1', term: 1, read_index: 1 } }]);
  t.end();
});

t.test('of three, the follower that asks confirms the leader by asking', (t) => {
  const server = leading(['a', 'b', 'c']);
  const sent = server.receive('b', ask('b.1'));
  t.match(sent, [{ to: 'b', body: { request_id: 'b.1', term: 1, read_index: 1 } }]);
  t.equal(sent.length, 1, 'nobody else is asked');
  t.end();
});

t.test('a question of another term, or of who has no vote, confirms nothing', (t) => {
  for (const [from, term] of [
    ['b', 0],
    ['x', 1],
  ] as const) {
    const server = leading(['a', 'b', 'c']);
    server.receive(from, ask('1', term));
    t.same(answers(server), []);
    server.receive('c', accepted(1, 1, 1));
    t.match(answers(server), [{ request_id: '1', read_index: 1 }]);
  }
  t.end();
});

t.test('a question does not stand in for the no-op (§8)', (t) => {
  const server = new LoneServer({ log: [1] });
  server.lead();
  server.receive('b', ask('b.1', 2));
  t.same(answers(server), []);
  server.receive('b', accepted(2, 2));
  server.receive('b', accepted(2, 2, 1));
  t.match(answers(server), [{ request_id: 'b.1', read_index: 2 }]);
  t.end();
});

t.test('who is not the leader says so', (t) => {
  const server = following();
  const sent = server.receive('c', ask('c.1'));
  t.match(sent, [{ to: 'c', body: { request_id: 'c.1', read_index: -1 } }]);
  t.end();
});

function read(server: LoneServer, id: string): Sent[] {
  return server.give({ type: 'read', id });
}

function ask(id: string, term = 1): Message {
  return { kind: 'ReadIndexRequest', body: { term, request_id: id } };
}

/** The read indexes that it sent. */
function answers(server: LoneServer) {
  return server
    .effectsOf('send')
    .flatMap(({ message }) => (message.kind === 'ReadIndexResponse' ? [message.body] : []));
}

function requestId(message: Sent | undefined): string {
  return message?.kind === 'ReadIndexRequest' ? message.body.request_id : '';
}

function answerTo(question: Sent | undefined, readIndex: number): Message {
  const body = { request_id: requestId(question), term: 1, read_index: readIndex };
  return { kind: 'ReadIndexResponse', body };
}

/** Leads term 1, its no-op committed. */
function leading(members: readonly string[]): LoneServer {
  const server = new LoneServer({ members });
  server.lead();
  for (const id of members.slice(1)) server.receive(id, accepted(1, 1));
  return server;
}

function following(): LoneServer {
  const server = new LoneServer({ term: 1 });
  server.receive('b', append('b', { term: 1 }));
  return server;
}
