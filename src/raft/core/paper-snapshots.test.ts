import t from 'tap';
import {
  accepted,
  append,
  arrival,
  entriesFrom,
  HEARTBEAT_MS,
  LoneServer,
  refused,
  type Sent,
  votersOf,
} from '../../../test/fixtures/lone-server.ts';
import { snapshotRetryMs, snapshotSilenceMs } from './limits.ts';
import type { Event, SnapshotHead } from './types.ts';

/** Snapshots: paper §7 and Figure 13, thesis §5. Each test is named by its rule. */

const MEMBERS = votersOf(['a', 'b', 'c', 'd']);

function received(
  index: number,
  snapshotTerm: number,
  more: {
    readonly term?: number;
    readonly from?: string;
    readonly configuration_index?: number;
  } = {},
): Event {
  const { term = 3, from = 'b', configuration_index = 0 } = more;
  const configuration = configuration_index > 0 ? MEMBERS : votersOf(['a', 'b', 'c']);
  const snapshot: SnapshotHead = { index, term: snapshotTerm, configuration, configuration_index };
  return { type: 'snapshot_received', from, term, snapshot };
}

function answersOf(sent: readonly Sent[]) {
  return sent.flatMap((one) => (one.kind === 'AppendEntriesResponse' ? [one.body] : []));
}

t.test('1. reply at once when the term is older, with the own one', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 5 });
  const sent = server.give(received(9, 2, { term: 4 }));
  t.match(answersOf(sent), [{ term: 5, success: false }]);
  t.same(server.log, [1, 1]);
  t.equal(server.core.leaderId, null);
  t.end();
});

t.test('a later term is entered, and its sender is the leader (§5.1)', (t) => {
  const server = new LoneServer({ log: [1], term: 1 });
  server.now = 500;
  server.give(received(9, 2, { term: 4 }));
  t.match(server.core, { term: 4, leaderId: 'b', role: 'follower' });
  t.equal(server.core.leaderHeardAt, 500, 'it counts as a word from the leader');
  t.end();
});

t.test('6. with an entry of the same index and term, what follows it stays', (t) => {
  const server = new LoneServer({ log: [1, 2, 2, 2], term: 3 });
  const sent = server.give(received(3, 2));
  t.same(server.log, [1, 2, 2, 2]);
  t.equal(server.core.commit, 3, 'what the snapshot covers is committed');
  t.match(answersOf(sent), [{ success: true, match_index: 3 }]);
  t.same(server.effectsOf('install_snapshot'), []);
  t.match(server.effectsOf('commit'), [{ index: 3 }], 'it is applied from the log');
  t.end();
});

t.test('7. else the whole log is discarded, also what is longer', (t) => {
  const server = new LoneServer({ log: [1, 1, 1, 1, 1], term: 3, applied: 1 });
  const sent = server.give(received(3, 2));
  t.match(server.core.log, { lastIndex: 3, lastTerm: 2, base: { index: 3, term: 2 } });
  t.match(server.persisted.at(-1), { reset: { index: 3, term: 2 }, entries: [] });
  t.match(answersOf(sent), [{ success: true, match_index: 3 }]);
  t.end();
});

t.test('8. the state machine becomes the snapshot, with its members', (t) => {
  const server = new LoneServer({ log: [1], term: 3 });
  server.give(received(7, 2, { configuration_index: 4 }));
  t.match(server.effectsOf('install_snapshot'), [{ snapshot: { index: 7, term: 2 } }]);
  t.same(server.core.configuration, MEMBERS);
  t.equal(server.core.configurations.latest.index, 4);
  t.match(server.effectsOf('configuration').at(-1), { committed: { index: 4 } });
  t.same(server.effectsOf('commit'), [], 'what is in the snapshot is not applied one by one');
  t.end();
});

t.test('a snapshot never replaces newer state', (t) => {
  const server = new LoneServer({ log: [1, 2, 2, 2], term: 3, applied: 4 });
  for (const index of [1, 3, 4]) {
    const sent = server.give(received(index, 2));
    t.match(answersOf(sent), [{ success: true, match_index: 4 }], 'it says how far it is');
  }
  t.same(server.log, [1, 2, 2, 2]);
  t.same(server.effectsOf('install_snapshot'), []);
  t.end();
});

t.test('nothing is promised or installed before the log has started over on the disk', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 3, applied: 1 });
  server.slowDisk = true;
  t.same(server.give(received(7, 2)), []);
  t.equal(server.core.durable, 1, 'until then only what was committed is sure');
  t.same(server.effectsOf('install_snapshot'), []);
  const beat = append('b', { term: 3, prev_log_index: 7, prev_log_term: 2, leader_commit: 7 });
  t.match(answersOf(server.receive('b', beat)), [{ success: true, match_index: 1 }]);
  t.match(answersOf(server.fsync()), [{ success: true, match_index: 7 }]);
  t.equal(server.effectsOf('install_snapshot').length, 1);
  t.equal(server.core.durable, 7);
  t.end();
});

t.test('what the old log has written counts for nothing in the new one', (t) => {
  const server = new LoneServer({ log: [1], term: 3 });
  server.slowDisk = true;
  const entries = entriesFrom(2, 3, 3, 3);
  server.receive('b', append('b', { term: 3, prev_log_index: 1, prev_log_term: 1, entries }));
  const batch = server.core.persistSeq;
  server.give(received(3, 2));
  server.fsync(batch);
  t.equal(server.core.durable, 0);
  server.fsync();
  t.equal(server.core.durable, 3);
  t.same(server.persisted.at(-1)?.entries, []);
  t.end();
});

t.test('entries that come with the snapshot in one step follow it on the disk', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 3 });
  const entries = entriesFrom(8, 3, 3);
  const message = append('b', { term: 3, prev_log_index: 7, prev_log_term: 2, entries });
  server.give(received(7, 2), arrival('b', message));
  t.match(server.persisted.at(-1), {
    reset: { index: 7, term: 2 },
    entries: [{ index: 8 }, { index: 9 }],
  });
  t.equal(server.core.durable, 9);
  t.end();
});

t.test('of two snapshots on their way to the disk the newer one counts', (t) => {
  const server = new LoneServer({ log: [1], term: 3 });
  server.slowDisk = true;
  server.give(received(5, 2));
  server.give(received(8, 2));
  server.give(received(6, 2));
  server.fsync();
  t.match(server.effectsOf('install_snapshot'), [{ snapshot: { index: 8 } }]);
  t.end();
});

t.test('compacted: the log answers for its base and what follows', (t) => {
  const server = new LoneServer({ log: [1, 1, 2, 2, 3], term: 3, applied: 4 });
  server.give({ type: 'compacted', base: { index: 3, term: 2 } });
  t.match(server.core.log, { base: { index: 3, term: 2 }, lastIndex: 5, lastTerm: 3 });
  t.equal(server.core.log.termAt(2), null);
  t.equal(server.core.log.termAt(3), 2);
  t.equal(server.core.log.firstOfTermAt(4), 4);
  server.give({ type: 'compacted', base: { index: 2, term: 1 } });
  t.equal(server.core.log.base.index, 3, 'late news');
  const beat = append('b', { term: 3, prev_log_index: 1, prev_log_term: 1, leader_commit: 4 });
  t.match(answersOf(server.receive('b', beat)), [{ success: true }], 'what is in the base matches');
  t.throws(
    () => server.give({ type: 'compacted', base: { index: 5, term: 3 } }),
    /inside the snapshot/,
  );
  t.end();
});

/** A leader of term 2 whose log begins behind 3 and whose follower `c` has nothing. */
function compactedLeader(): LoneServer {
  const server = new LoneServer({ log: [1, 1, 1, 1], applied: 4 });
  server.lead();
  server.receive('b', accepted(2, 5));
  server.give({ type: 'applied', index: 5 });
  server.give({ type: 'compacted', base: { index: 3, term: 1 } });
  return server;
}

t.test('a follower whose next entry is gone gets a snapshot, and heartbeats meanwhile', (t) => {
  const server = compactedLeader();
  server.receive('c', refused(2, 1));
  t.match(server.effectsOf('send_snapshot'), [{ peer: 'c', term: 2 }]);
  const [, toC] = server.tickAfter(HEARTBEAT_MS);
  t.match(toC, { to: 'c', body: { prev_log_index: 3, prev_log_term: 1, entries: [] } });
  server.receive('c', refused(2, 1));
  server.propose('x');
  t.equal(server.effectsOf('send_snapshot').length, 1, 'once');
  const sent = server.receive('c', accepted(2, 3));
  t.match(sent, [{ to: 'c', body: { prev_log_index: 3, entries: [{ index: 4 }, {}, {}] } }]);
  t.end();
});

t.test('an answer that is not as far as the base ends nothing', (t) => {
  const server = compactedLeader();
  server.receive('c', refused(2, 1));
  server.receive('c', accepted(2, 1));
  t.match(server.core.progress.get('c'), { state: 'snapshot', match: 1 });
  t.end();
});

t.test('a snapshot of which nothing is heard is sent again; word of it puts that off', (t) => {
  const server = compactedLeader();
  const live = (ms: number) => {
    for (let passed = 0; passed < ms; passed += HEARTBEAT_MS) {
      server.tickAfter(HEARTBEAT_MS);
      server.receive('b', accepted(2, 5));
      server.receive('c', refused(2, 1));
    }
  };
  const times = () => server.effectsOf('send_snapshot').length;
  server.receive('c', refused(2, 1));
  live(snapshotSilenceMs - HEARTBEAT_MS);
  t.equal(times(), 1);
  server.give({ type: 'snapshot_progress', peer: 'c' });
  live(snapshotSilenceMs - HEARTBEAT_MS);
  t.equal(times(), 1);
  live(HEARTBEAT_MS);
  t.equal(times(), 2);
  server.give({ type: 'snapshot_sent', peer: 'c', term: 0 });
  live(snapshotRetryMs - HEARTBEAT_MS);
  t.equal(times(), 2);
  live(HEARTBEAT_MS);
  t.equal(times(), 3);
  server.give({ type: 'snapshot_sent', peer: 'c', term: 7 });
  t.match(server.core, { role: 'follower', term: 7 }, 'the peer is in a later term');
  t.end();
});

t.test('a probe on its way holds no snapshot back', (t) => {
  const server = compactedLeader();
  server.receive('c', refused(2, 4, 0));
  t.match(server.core.progress.get('c'), { state: 'probe', probing: true, next: 4 });
  server.propose('x');
  server.receive('b', accepted(2, 6));
  server.give({ type: 'applied', index: 6 });
  server.give({ type: 'compacted', base: { index: 6, term: 2 } });
  t.match(server.effectsOf('send_snapshot'), [{ peer: 'c' }]);
  t.end();
});

t.test('a new connection does not bring a follower back to what is gone', (t) => {
  const server = compactedLeader();
  server.receive('c', accepted(2, 5));
  server.core.progress.get('c')!.match = 0;
  server.give({ type: 'reachable', peer: 'c', reachable: true });
  t.match(server.core.progress.get('c'), { state: 'probe', next: 4 });
  t.same(server.effectsOf('send_snapshot'), []);
  t.end();
});

t.test('entries that were read for a follower and are gone since are not sent', (t) => {
  const server = compactedLeader();
  server.receive('c', refused(2, 1));
  const sent = server.give({ type: 'entries_read', peer: 'c', entries: entriesFrom(1, 1, 1) });
  t.same(sent, []);
  t.end();
});
