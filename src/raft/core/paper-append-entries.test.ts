import t from 'tap';
import { append, entriesFrom, LoneServer } from '../../../test/fixtures/lone-server.ts';

/** AppendEntries, the receiver's side: Figure 2 and §5.3. Each test is named by its rule. */

t.test('AppendEntries 1: reply false if term < currentTerm (§5.1)', (t) => {
  const server = new LoneServer({ log: [1], term: 3 });
  const message = append('b', { term: 2, prev_log_index: 1, prev_log_term: 1 });
  t.match(server.receive('b', message), [{ body: { term: 3, success: false } }]);
  t.end();
});

/** The follower's log, then prev index and term of the message, and whether it fits. */
const FITS: readonly [readonly number[], number, number, boolean][] = [
  [[], 0, 0, true],
  [[1, 1], 0, 0, true],
  [[1, 1], 2, 1, true],
  [[1, 1], 1, 1, true],
  [[1, 1], 3, 1, false],
  [[1, 1], 2, 2, false],
  [[1, 2], 2, 1, false],
  [[], 1, 1, false],
];

for (const [log, prev, term, fits] of FITS) {
  t.test(`AppendEntries 2: [${log}] ${fits ? 'accepts' : 'refuses'} prev ${prev}/${term}`, (t) => {
    const server = new LoneServer({ log, term: 3 });
    const message = append('b', {
      term: 3,
      prev_log_index: prev,
      prev_log_term: term,
      entries: entriesFrom(prev + 1, 3),
    });
    const [answer] = server.receive('b', message);
    t.match(answer, { body: { success: fits, match_index: fits ? prev + 1 : 0 } });
    t.same(server.log, fits ? [...log.slice(0, prev), 3] : log);
    t.end();
  });
}

/** The follower's log, prev, the terms of the entries, and the log it should then have. */
const APPENDS: readonly [readonly number[], number, readonly number[], readonly number[]][] = [
  [[1, 1], 2, [2, 2], [1, 1, 2, 2]],
  [[1, 1, 1], 1, [2], [1, 2]],
  [[1, 1, 1, 1], 1, [1, 2], [1, 1, 2]],
  [[1, 1, 1, 1], 1, [1], [1, 1, 1, 1]],
  [[1, 1, 1, 1], 0, [], [1, 1, 1, 1]],
  [[1, 1, 2, 2], 0, [1, 1], [1, 1, 2, 2]],
  [[1, 1, 2, 2], 1, [1, 2, 2, 2], [1, 1, 2, 2, 2]],
];

for (const [log, prev, terms, expected] of APPENDS) {
  t.test(`AppendEntries 3 and 4: [${log}] gets [${terms}] after ${prev} (§5.3)`, (t) => {
    const server = new LoneServer({ log, term: 2 });
    const message = append('b', {
      term: 2,
      prev_log_index: prev,
      prev_log_term: prev === 0 ? 0 : (log[prev - 1] as number),
      entries: entriesFrom(prev + 1, ...terms),
    });
    server.receive('b', message);
    t.same(server.log, expected, 'only a conflict deletes, and then all that follows');
    const written = server.persisted.flatMap(({ entries }) => entries.map(({ index }) => index));
    const firstNew = expected.findIndex((term, position) => term !== log[position]) + 1;
    const added = expected.length !== log.length || firstNew > 0;
    const wanted = added
      ? Array.from({ length: expected.length - firstNew + 1 }, (_, i) => firstNew + i)
      : [];
    t.same(written, wanted, 'and only what is new is written');
    t.end();
  });
}

t.test('AppendEntries 5: commitIndex = min(leaderCommit, index of last new entry)', (t) => {
  const rows: readonly [number, number, number, number][] = [
    // prev, entries, leaderCommit, expected
    [3, 0, 1, 1],
    [3, 0, 9, 3],
    [1, 0, 3, 1],
    [1, 1, 3, 2],
    [3, 2, 4, 4],
    [3, 2, 9, 5],
  ];
  for (const [prev, count, leaderCommit, expected] of rows) {
    const server = new LoneServer({ log: [1, 1, 1], term: 1 });
    const message = append('b', {
      term: 1,
      prev_log_index: prev,
      prev_log_term: 1,
      entries: entriesFrom(prev + 1, ...Array(count).fill(1)),
      leader_commit: leaderCommit,
    });
    server.receive('b', message);
    t.equal(server.core.commit, expected, `prev ${prev}, ${count} new, leader at ${leaderCommit}`);
    t.equal(server.effectsOf('commit').at(-1)?.index, expected, 'and is given out for applying');
  }
  t.end();
});

t.test('the commit index never goes back', (t) => {
  const server = new LoneServer({ log: [1, 1, 1], term: 1 });
  const heartbeat = { term: 1, prev_log_index: 3, prev_log_term: 1 };
  server.receive('b', append('b', { ...heartbeat, leader_commit: 3 }));
  server.receive('b', append('b', { ...heartbeat, leader_commit: 1 }));
  t.equal(server.core.commit, 3);
  t.end();
});

t.test('an answer claims what this message proved, not what else the log holds', (t) => {
  const server = new LoneServer({ log: [1, 1, 1, 1], term: 2 });
  const message = append('b', {
    term: 2,
    prev_log_index: 1,
    prev_log_term: 1,
    entries: entriesFrom(2, 1),
  });
  t.match(server.receive('b', message), [{ body: { success: true, match_index: 2 } }]);
  const heartbeat = append('b', { term: 2, prev_log_index: 1, prev_log_term: 1 });
  t.match(server.receive('b', heartbeat), [{ body: { success: true, match_index: 1 } }]);
  t.end();
});

t.test('a refusal tells where to go on: the first index of the conflicting term (§5.3)', (t) => {
  const server = new LoneServer({ log: [1, 1, 2, 2, 2], term: 3 });
  const conflict = append('b', { term: 3, prev_log_index: 4, prev_log_term: 3 });
  t.match(server.receive('b', conflict), [{ body: { conflict_index: 3, conflict_term: 2 } }]);
  const beyond = append('b', { term: 3, prev_log_index: 9, prev_log_term: 3 });
  t.match(server.receive('b', beyond), [{ body: { conflict_index: 6, conflict_term: 0 } }]);
  t.end();
});

t.test('a notice of a commit index is followed, and answered only when it is refused', (t) => {
  const server = new LoneServer({ log: [1, 1], term: 1 });
  const notice = {
    term: 1,
    prev_log_index: 2,
    prev_log_term: 1,
    leader_commit: 2,
    is_notice: true,
  };
  t.same(server.receive('b', append('b', notice)), []);
  t.equal(server.core.commit, 2);
  t.match(server.receive('b', append('b', { ...notice, prev_log_index: 3 })), [
    { body: { success: false, conflict_index: 3 } },
  ]);
  t.end();
});
