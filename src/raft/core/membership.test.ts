import t from 'tap';
import {
  accepted,
  append,
  LoneServer,
  MAX_TIMEOUT_MS,
  MIN_TIMEOUT_MS,
  voteRequest,
} from '../../../test/fixtures/lone-server.ts';
import { configurationCodec } from '../configuration-codec.ts';
import type { MemberChange } from './member-change.ts';
import { type Configuration, ENTRY_TYPE, type LogEntry, type Member } from './messages.ts';

/** Membership: thesis §4. The stories are in `transcripts/`; here is what needs a closer look. */

const NOBODY: Configuration = { voters: [], voters_outgoing: [], learners: [] };

function member(id: string): Member {
  return { id, raft: `${id}:1`, api: `http://${id}` };
}

function entry(index: number, configuration: Configuration): LogEntry {
  const command = configurationCodec.encode(configuration);
  return { index, term: 1, type: ENTRY_TYPE.configuration, command };
}

function change(server: LoneServer, change: MemberChange): void {
  server.give({ type: 'change_members', request_id: change.kind, change });
}

function voters(server: LoneServer): string[] {
  return server.core.configuration.voters.map((one) => one.id);
}

const add = (id: string): MemberChange => ({ kind: 'add', member: member(id) });

/** a leads b and c in term 1, its no-op is committed. */
function leader(): LoneServer {
  const server = new LoneServer();
  server.lead();
  server.receive('b', accepted(1, 1));
  server.receive('c', accepted(1, 1));
  return server;
}

t.test('a fresh node that passes through an old configuration of its id alone stays quiet', (t) => {
  const configuration = { ...NOBODY, voters: [member('a')] };
  for (const joinIndex of [0, 9]) {
    const server = new LoneServer({ configuration: NOBODY, joinIndex });
    server.tickAfter(MAX_TIMEOUT_MS);
    t.equal(server.core.role, 'follower', 'nor does it campaign without any members');
    const entries = [entry(1, configuration)];
    server.receive('z', append('z', { term: 1, entries }));
    server.tickAfter(MAX_TIMEOUT_MS);
    t.equal(server.core.role, joinIndex === 0 ? 'leader' : 'follower');
  }
  t.end();
});

t.test('a node without members still votes', (t) => {
  const server = new LoneServer({ configuration: NOBODY });
  const [answer] = server.receive('b', voteRequest('b', { term: 3 }));
  t.match(answer, { to: 'b', body: { vote_granted: true } });
  t.end();
});

t.test(
  'what a follower appends is in force at once, and not any more when it is truncated',
  (t) => {
    const server = new LoneServer({ log: [1], term: 1 });
    const entries = [entry(2, { ...NOBODY, voters: [member('a'), member('d')] })];
    server.receive('b', append('b', { term: 1, prev_log_index: 1, prev_log_term: 1, entries }));
    t.same(voters(server), ['a', 'd']);
    const other = [{ index: 2, term: 2, type: ENTRY_TYPE.no_op, command: new Uint8Array(0) }];
    const newer = { term: 2, prev_log_index: 1, prev_log_term: 1, entries: other };
    server.receive('c', append('c', newer));
    t.same(voters(server), ['a', 'b', 'c']);
    t.match(server.effectsOf('configuration').at(-1), { latest: { index: 0 } });
    t.end();
  },
);

t.test('a learner whose rounds take longer than an election timeout is not promoted', (t) => {
  const server = leader();
  change(server, add('d'));
  for (const id of ['b', 'c']) server.receive(id, accepted(1, 2));
  const contact = (match: number): void => {
    for (const id of ['b', 'c']) server.receive(id, accepted(1, server.core.log.lastIndex));
    server.receive('d', accepted(1, match));
  };
  contact(0);
  server.propose('x');
  server.tickAfter(MIN_TIMEOUT_MS - 1);
  contact(1);
  server.tickAfter(MIN_TIMEOUT_MS - 1);
  contact(2);
  t.same(voters(server), ['a', 'b', 'c'], 'it holds what there was, but that took too long');
  server.tickAfter(MIN_TIMEOUT_MS / 2);
  contact(3);
  t.same(voters(server), ['a', 'b', 'c', 'd']);
  t.equal(server.core.configuration.voters_outgoing.length, 3, 'by a joint configuration');
  t.end();
});

t.test('a learner is not promoted while that would be unsafe', (t) => {
  const server = leader();
  server.tickAfter(MIN_TIMEOUT_MS - 1);
  change(server, add('d'));
  server.receive('b', accepted(1, 2));
  server.now += MIN_TIMEOUT_MS;
  server.receive('d', accepted(1, 2));
  server.receive('d', accepted(1, 2));
  t.same(voters(server), ['a', 'b', 'c'], 'a and d would be no majority of four');
  server.receive('b', accepted(1, 2));
  t.same(voters(server), ['a', 'b', 'c', 'd'], 'a, b and d are');
  t.end();
});

t.test('a new leader does not take for well who has not answered it yet', (t) => {
  const server = new LoneServer({ members: ['a', 'b', 'c'] });
  server.lead();
  server.receive('b', accepted(1, 1));
  change(server, { kind: 'remove', id: 'b' });
  t.match(server.effectsOf('change_refused'), [{ reason: 'unsafe' }], 'c may be dead');
  change(server, { kind: 'remove', id: 'c' });
  t.match(server.effectsOf('change_accepted'), [{ request_id: 'remove', index: 2 }]);
  t.end();
});

t.test('an entry is not committed by the majority of one half of a joint configuration', (t) => {
  const server = leader();
  change(server, { kind: 'remove', id: 'c' });
  server.receive('c', accepted(1, 2));
  t.equal(server.core.commit, 1, 'a and c are a majority of the old members only');
  server.receive('b', accepted(1, 2));
  t.equal(server.core.commit, 2);
  t.same(voters(server), ['a', 'b']);
  t.match(server.core.configuration, { voters_outgoing: [], removed: ['c'] });
  t.end();
});

t.test('nothing is changed while the leadership is handed over', (t) => {
  const server = leader();
  server.give({ type: 'transfer', to: 'b' });
  change(server, add('d'));
  t.match(server.effectsOf('change_refused'), [{ reason: 'in_progress' }]);
  t.end();
});

t.test('the only voter cannot leave; with a second one it can', (t) => {
  const server = new LoneServer({ members: ['a'] });
  server.lead();
  change(server, { kind: 'remove', id: 'a' });
  t.match(server.effectsOf('change_refused'), [{ reason: 'last_voter' }]);
  change(server, add('b'));
  server.receive('b', accepted(1, 2));
  server.receive('b', accepted(1, 2));
  server.receive('b', accepted(1, 3));
  server.receive('b', accepted(1, 4));
  t.same(voters(server), ['a', 'b']);
  change(server, { kind: 'remove', id: 'a' });
  server.receive('b', accepted(1, 5));
  t.same(voters(server), ['b']);
  t.equal(server.core.role, 'leader', 'until the others know');
  t.equal(server.core.commit, 5);
  const sent = server.receive('b', accepted(1, 6));
  t.match(sent.at(-1), { to: 'b', kind: 'TimeoutNowRequest' });
  server.tickAfter(MIN_TIMEOUT_MS);
  t.equal(server.core.role, 'follower', 'also when nobody takes over');
  server.tickAfter(MAX_TIMEOUT_MS);
  t.equal(server.core.role, 'follower');
  t.end();
});
