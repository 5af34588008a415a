import t from 'tap';
import {
  accepted,
  append,
  arrival,
  HEARTBEAT_MS,
  LoneServer,
  type LoneServerOptions,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
  type Sent,
  voteRequest,
} from '../../../test/fixtures/lone-server.ts';
import { maxClockDrift } from './limits.ts';
import type { Message } from './messages.ts';

/** Leader leases (thesis §6.4.1). Each test is named by its rule. */

const LEASE_MS = (MIN_TIMEOUT_MS * (1 - maxClockDrift)) / (1 + maxClockDrift);

/** A leader with leases, and the round of its first heartbeat since then, at `now`. */
function leading(options: LoneServerOptions = {}) {
  const server = new LoneServer({ leases: true, ...options });
  server.lead();
  for (const id of server.options.members?.slice(1) ?? ['b', 'c'])
    server.receive(id, accepted(1, 1));
  return server;
}

function beat(server: LoneServer): number {
  const sent = server.tickAfter(HEARTBEAT_MS);
  return roundOf(sent[0]);
}

function roundOf(sent: Sent | undefined): number {
  return sent?.kind === 'AppendEntriesRequest' ? sent.body.read_round : -1;
}

function leased(round: number): Message {
  const { kind, body } = accepted(1, 1, round) as Extract<
    Message,
    { kind: 'AppendEntriesResponse' }
  >;
  return { kind, body: { ...body, keeps_lease: true } };
}

/** The reads that were answered at once. */
function read(server: LoneServer, id: string): readonly string[] {
  const before = server.effectsOf('read_ready').length;
  server.give({ type: 'read', id });
  return server
    .effectsOf('read_ready')
    .slice(before)
    .flatMap(({ ids }) => ids);
}

t.test('with the word of a majority a read is answered without asking', (t) => {
  const server = leading();
  server.receive('b', leased(beat(server)));
  const sent = server.give({ type: 'read', id: 'r' });
  t.same(sent, []);
  t.match(server.effectsOf('read_ready'), [{ ids: ['r'], index: 1 }]);
  t.end();
});

t.test('without leases every read is asked for', (t) => {
  const server = leading({ leases: false });
  server.receive('b', leased(0));
  t.equal(server.give({ type: 'read', id: 'r' }).length, 2);
  t.same(server.effectsOf('read_ready'), []);
  t.end();
});

t.test('the lease begins when the question was sent, not when the answer came', (t) => {
  const server = leading();
  const round = beat(server);
  const sentAt = server.now;
  server.now += 600;
  server.receive('b', leased(round));
  server.now = sentAt + Math.floor(LEASE_MS) - 1;
  t.same(read(server, 'in time'), ['in time']);
  server.now = sentAt + Math.ceil(LEASE_MS);
  t.same(read(server, 'too late'), []);
  t.end();
});

t.test('after a standstill of the leader an answer that waited brings no lease back', (t) => {
  const server = leading();
  const round = beat(server);
  server.now += 2 * MAX_TIMEOUT_MS;
  server.give(arrival('b', leased(round)), { type: 'read', id: 'r' });
  t.same(server.effectsOf('read_ready'), []);
  t.end();
});

t.test('a clock that stood still ends the lease until something newer is answered', (t) => {
  const server = leading();
  const round = beat(server);
  server.receive('b', leased(round));
  server.give({ type: 'clock_jumped' });
  t.same(read(server, 'r1'), []);
  server.receive('c', leased(round));
  t.same(read(server, 'r2'), [], 'an answer to what was sent before');
  const next = beat(server);
  server.receive('c', leased(next));
  t.same(read(server, 'r3').slice(-1), ['r3']);
  t.end();
});

t.test('who keeps no lease counts for none, only for its read round', (t) => {
  const server = leading();
  server.receive('b', accepted(1, 1, beat(server)));
  t.same(read(server, 'r'), []);
  server.receive('b', accepted(1, 1, server.core.readRound));
  t.match(server.effectsOf('read_ready'), [{ ids: ['r'] }]);
  t.end();
});

t.test('a majority of both halves of a joint configuration has to keep it', (t) => {
  const server = leading({ members: ['a', 'b', 'c', 'd', 'e'] });
  const round = beat(server);
  server.receive('b', leased(round));
  t.same(read(server, 'r1'), []);
  server.receive('c', leased(round));
  t.same(read(server, 'r2').includes('r2'), true);
  t.end();
});

t.test('no lease before the no-op of the term is committed', (t) => {
  const server = new LoneServer({ leases: true, log: [1], term: 1 });
  server.lead();
  const round = beat(server);
  server.receive('b', {
    ...leased(round),
    body: { ...leased(round).body, term: 2, match_index: 1 },
  } as Message);
  t.same(read(server, 'r'), []);
  t.end();
});

t.test('who was told to campaign may win at any time: no lease for the rest of the term', (t) => {
  const server = leading();
  server.receive('b', leased(beat(server)));
  const sent = server.give({ type: 'transfer', to: 'c' });
  t.match(sent, [{ to: 'c', kind: 'TimeoutNowRequest' }]);
  t.same(read(server, 'r1'), []);
  server.tickAfter(MIN_TIMEOUT_MS / 2);
  server.receive('b', leased(beat(server)));
  server.tickAfter(MIN_TIMEOUT_MS / 2);
  t.equal(server.core.transfer, null, 'it was given up');
  server.receive('b', leased(beat(server)));
  t.same(read(server, 'r2'), []);
  t.end();
});

t.test('a single voter needs nobody', (t) => {
  const server = leading({ members: ['a'] });
  t.same(read(server, 'r'), ['r']);
  t.end();
});

t.test('a voter says that it keeps the lease, in a refusal too', (t) => {
  for (const prev of [0, 5]) {
    const server = new LoneServer({ leases: true });
    const message = append('b', { prev_log_index: prev, prev_log_term: prev === 0 ? 0 : 1 });
    t.match(server.receive('b', message), [{ body: { keeps_lease: true } }]);
  }
  const without = new LoneServer();
  t.notOk('keeps_lease' in (without.receive('b', append('b', {}))[0]?.body ?? {}));
  t.end();
});

/** Whether it helps `c` to be elected now, `leaseMs` after `how`. */
function grants(server: LoneServer): boolean {
  const request = voteRequest('c', {
    term: 9,
    last_log_index: 9,
    last_log_term: 8,
    pre_vote: true,
  });
  const [answer] = server.receive('c', request);
  return answer?.kind === 'VoteResponse' && answer.body.vote_granted;
}

t.test('a voter that was restarted waits as if it had just heard a leader', (t) => {
  const server = new LoneServer({ leases: true, term: 3 }, 5000);
  server.now += MIN_TIMEOUT_MS - 1;
  t.equal(grants(server), false);
  server.now += 1;
  t.equal(grants(server), true);
  t.equal(grants(new LoneServer({ term: 3 }, 5000)), true, 'without leases at once');
  t.end();
});

t.test('a connection that closes neither frees a voter nor hastens an election', (t) => {
  const lost = { type: 'reachable', peer: 'b', reachable: false } as const;
  for (const leases of [true, false]) {
    const server = new LoneServer({ leases, term: 1 });
    server.now += MAX_TIMEOUT_MS;
    server.receive('b', append('b', {}));
    const heardAt = server.now;
    server.give(lost);
    t.equal(grants(server), !leases);
    t.equal(server.core.electionAt < heardAt + MIN_TIMEOUT_MS, !leases);
  }
  t.end();
});
