import t from 'tap';
import {
  accepted,
  entriesFrom,
  entry,
  HEARTBEAT_MS,
  LoneServer,
  refused,
  type Sent,
} from '../../../test/fixtures/lone-server.ts';
import { attentionMs, maxInflightMessages } from './limits.ts';
import type { Message } from './messages.ts';
import { deadline } from './step.ts';

const PATIENCE_MS = 10;

/** Log replication, the leader's side: paper §5.3 and Figure 2. Each test is named by its rule. */

t.test('a leader appends a command to its log and sends it to all others at once (§5.3)', (t) => {
  const server = leading([]);
  server.slowDisk = true;
  const sent = server.propose('x');
  t.match(server.persisted.at(-1)?.entries, [{ index: 2, term: 1 }]);
  t.same(
    sent.map(({ to }) => to),
    ['b', 'c'],
    'while its own disk still works',
  );
  for (const { body } of sent) {
    t.match(body, { prev_log_index: 1, prev_log_term: 1, entries: [{ index: 2, term: 1 }] });
  }
  t.match(server.effectsOf('proposed'), [{ request_id: 'x', index: 2, term: 1 }]);
  t.end();
});

t.test('commands that come together share one write and one message per peer', (t) => {
  const server = leading([]);
  const before = server.persisted.length;
  const sent = server.propose('x', 'y', 'z');
  t.equal(server.persisted.length, before + 1);
  const appends = sent.filter(({ kind }) => kind === 'AppendEntriesRequest');
  t.equal(appends.length, 2);
  t.match(appends[0]?.body, { entries: [{ index: 2 }, { index: 3 }, { index: 4 }] });
  t.end();
});

t.test('nextIndex begins after the last entry, matchIndex at 0 (Figure 2)', (t) => {
  const server = new LoneServer({ log: [1, 1, 2] });
  const sent = server.lead();
  t.match(sent[0]?.body, { prev_log_index: 3, prev_log_term: 2, entries: [{ index: 4 }] });
  for (const progress of server.core.progress.values()) t.equal(progress.match, 0);
  t.end();
});

t.test('who was away at the election is asked where the logs meet, not sent the whole log', (t) => {
  const server = new LoneServer({ log: [1, 1, 2] });
  server.lead();
  server.give({ type: 'reachable', peer: 'b', reachable: false });
  const sent = server.give({ type: 'reachable', peer: 'b', reachable: true });
  t.match(sent, [
    { to: 'b', body: { prev_log_index: 3, prev_log_term: 2, entries: [{ index: 4 }] } },
  ]);
  t.end();
});

t.test('after an inconsistency nextIndex goes back, and the leader tries again (§5.3)', (t) => {
  const server = new LoneServer({ log: [1, 1, 1, 2, 2] });
  server.lead();
  const sent = server.receive('b', refused(3, 3));
  t.match(sent, [{ to: 'b', body: { prev_log_index: 2, prev_log_term: 1 } }]);
  t.equal(sent.length, 1, 'one message at a time while it is searching');
  const entries = sent[0]?.kind === 'AppendEntriesRequest' ? sent[0].body.entries : [];
  t.same(
    entries.map(({ index }) => index),
    [3, 4, 5, 6],
  );
  t.end();
});

/** The leader's log, the follower's hint, and where the leader tries next. */
const HINTS: readonly [readonly number[], number, number, number][] = [
  [[1, 1, 1, 4, 4, 4], 4, 0, 3],
  [[1, 1, 1, 4, 4, 4], 4, 2, 3],
  [[1, 1, 1, 4, 4, 4], 2, 1, 3],
  [[1, 1, 2, 2, 4, 4], 3, 2, 4],
  [[1, 1, 2, 2, 4, 4], 1, 3, 0],
  [[1, 1, 1, 4, 4, 4], 99, 0, 5],
];

for (const [log, index, term, prev] of HINTS) {
  t.test(`a whole term is skipped: [${log}] with hint ${index}/${term} (§5.3)`, (t) => {
    const server = new LoneServer({ log, term: 5 });
    server.lead();
    const [next] = server.receive('b', refused(6, index, term));
    t.match(next, { to: 'b', body: { prev_log_index: prev } });
    t.end();
  });
}

t.test('a late refusal does not take the leader behind what is known to match', (t) => {
  const server = leading([1, 1, 1]);
  server.receive('b', refused(server.core.term, 2));
  t.equal(server.core.progress.get('b')?.next, 5);
  t.equal(server.core.progress.get('b')?.match, 4);
  t.end();
});

t.test('matchIndex never goes back, whatever comes late', (t) => {
  const server = leading([1, 1, 1]);
  server.receive('b', accepted(server.core.term, 2));
  t.equal(server.core.progress.get('b')?.match, 4);
  t.end();
});

t.test('an unanswered message is repeated by and by, for ever (§5.3)', (t) => {
  const server = leading([]);
  server.propose('x');
  for (let i = 0; i < 20; i += 1) {
    server.receive('c', accepted(1, server.core.log.lastIndex));
    const sent = server.tickAfter(HEARTBEAT_MS);
    t.ok(sent.some(({ to, kind }) => to === 'b' && kind === 'AppendEntriesRequest'));
  }
  const sent = server.receive('b', refused(1, 2));
  t.match(sent, [{ to: 'b', body: { prev_log_index: 1, entries: [{ index: 2 }] } }]);
  t.end();
});

t.test('an entry is committed when a majority holds it, and all before it too (§5.3)', (t) => {
  const rows: readonly [readonly number[], number][] = [
    // match of b, c, d, e with four entries of the own term; the leader has all
    [[0, 0, 0, 0], 0],
    [[4, 0, 0, 0], 0],
    [[4, 4, 0, 0], 4],
    [[1, 2, 3, 4], 3],
    [[2, 2, 0, 0], 2],
    [[3, 1, 1, 1], 1],
  ];
  for (const [matches, expected] of rows) {
    const server = new LoneServer({ members: ['a', 'b', 'c', 'd', 'e'] });
    server.lead();
    server.propose('x', 'y', 'z');
    for (const [position, match] of matches.entries()) {
      if (match > 0) server.receive('bcde'[position] as string, accepted(1, match));
    }
    t.equal(server.core.commit, expected, `matches ${matches}`);
  }
  t.end();
});

t.test(
  'the leader tells the others what is committed, at once and with all it sends (§5.3)',
  (t) => {
    const server = leading([]);
    server.propose('x');
    const news = server.receive('b', accepted(1, 2));
    t.match(news, [
      { to: 'b', body: { leader_commit: 2, entries: [] } },
      { to: 'c', body: { leader_commit: 2, entries: [] } },
    ]);
    t.match(server.propose('y'), [{ body: { leader_commit: 2 } }, { body: { leader_commit: 2 } }]);
    t.end();
  },
);

t.test(
  'a follower that catches up with less than is committed is told when it has the rest',
  (t) => {
    const server = new LoneServer({ log: [1, 1], term: 1 });
    server.lead();
    server.receive('c', accepted(2, 3));
    t.equal(server.core.commit, 3);
    server.tickAfter(HEARTBEAT_MS);
    const sent = server.receive('b', accepted(2, 3));
    t.match(sent, [{ to: 'b', body: { prev_log_index: 3, leader_commit: 3 } }]);
    t.end();
  },
);

t.test('entries are sent ahead of the answers, within a window', (t) => {
  const server = leading([]);
  let toB = 0;
  for (let i = 0; i < maxInflightMessages + 10; i += 1) {
    toB += server.propose(`x${i}`).filter(({ to }) => to === 'b').length;
  }
  t.equal(toB, maxInflightMessages);
  const sent = server.receive('b', accepted(1, 3)).filter(({ to }) => to === 'b');
  const entries = sent.flatMap((message) => {
    return message.kind === 'AppendEntriesRequest' ? message.body.entries : [];
  });
  t.equal(entries.length, 10, 'what has waited goes together, as soon as there is room');
  t.end();
});

t.test('a broken connection means to begin again from what is known to match', (t) => {
  const server = leading([]);
  server.propose('x', 'y');
  const sent = server.give({ type: 'reachable', peer: 'b', reachable: true });
  t.match(sent, [{ to: 'b', body: { prev_log_index: 1, entries: [{ index: 2 }, { index: 3 }] } }]);
  t.end();
});

t.test('entries from the disk go out only if they are still what the peer needs', (t) => {
  const server = new LoneServer({ log: [1, 1, 1], term: 1 });
  server.lead();
  server.receive('b', accepted(2, 4));
  const late = { type: 'entries_read', peer: 'b', entries: entriesFrom(2, 1, 1) } as const;
  t.same(server.give(late), []);
  const stranger = { type: 'entries_read', peer: 'x', entries: [entry(1, 1)] } as const;
  t.same(server.give(stranger), []);
  t.end();
});

t.test(
  'a commit index alone goes as a notice; a heartbeat and a round of reads are answered',
  (t) => {
    const server = leading([]);
    const noticesOf = (sent: readonly Sent[]) =>
      sent.map(({ body }) => ('is_notice' in body ? body.is_notice : false));
    server.propose('x');
    t.same(noticesOf(server.receive('b', accepted(1, 2))), [true, true]);
    t.same(noticesOf(server.give({ type: 'read', id: 'r' })), [false, false]);
    t.same(noticesOf(server.tickAfter(HEARTBEAT_MS)), [false, false]);
    t.end();
  },
);

/** Who hears of what is committed, by what. */
function told(sent: readonly Sent[]): string[] {
  return sent.flatMap(({ to, kind, body }) =>
    kind === 'AppendEntriesRequest' ? [`${to}: ${body.leader_commit}`] : [],
  );
}

t.test('a commit index waits for what goes next to a peer where nobody waits', (t) => {
  const server = leading([], PATIENCE_MS);
  server.propose('x');
  t.same(server.receive('b', accepted(1, 2)), []);
  t.equal(server.core.commit, 2);
  t.equal(deadline(server.core), server.now + PATIENCE_MS);
  t.same(told(server.propose('y')), ['b: 2', 'c: 2']);
  t.end();
});

t.test('it does not wait longer than the patience, nor for a peer that has it already', (t) => {
  const server = leading([], PATIENCE_MS);
  server.propose('x');
  server.receive('b', accepted(1, 2));
  t.same(server.tickAfter(PATIENCE_MS - 1), []);
  t.same(told(server.tickAfter(1)), ['b: 2', 'c: 2']);
  t.same(server.tickAfter(PATIENCE_MS), []);
  t.ok(deadline(server.core) > server.now);
  t.end();
});

t.test('nothing is due for a peer that was lost meanwhile', (t) => {
  const server = leading([], PATIENCE_MS);
  server.propose('x');
  server.receive('b', accepted(1, 2));
  for (const peer of ['b', 'c']) server.give({ type: 'reachable', peer, reachable: false });
  server.tickAfter(PATIENCE_MS);
  t.ok(deadline(server.core) > server.now);
  t.end();
});

t.test('a peer that forwarded a command or asked for a read index hears of it at once', (t) => {
  const server = leading([], PATIENCE_MS);
  server.give({ type: 'forwarded', peer: 'b' });
  server.propose('x');
  t.same(told(server.receive('c', accepted(1, 2))), ['b: 2']);
  t.same(told(server.receive('c', readIndexRequest(1))), ['c: 2']);
  server.propose('y');
  t.same(told(server.receive('c', accepted(1, 3))), ['b: 3', 'c: 3']);
  server.tickAfter(HEARTBEAT_MS);
  server.now += attentionMs;
  server.propose('z');
  t.same(server.receive('c', accepted(1, 4)), [], 'but not for ever');
  t.end();
});

function readIndexRequest(term: number): Message {
  return { kind: 'ReadIndexRequest', body: { term, request_id: 'c.1' } };
}

/** The leader of the next term, whose log everybody has. */
function leading(log: readonly number[], noticePatienceMs = 0): LoneServer {
  const server = new LoneServer({ log, noticePatienceMs });
  server.lead();
  for (const id of ['b', 'c']) server.receive(id, accepted(server.core.term, log.length + 1));
  return server;
}
