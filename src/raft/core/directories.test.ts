import t from 'tap';
import { directoryIdOf } from '../../../test/fixtures/directory-id.ts';
import {
  accepted,
  append,
  HEARTBEAT_MS,
  LoneServer,
  MIN_TIMEOUT_MS,
  refused,
  voteRequest,
  voteResponse,
  votersOf,
} from '../../../test/fixtures/lone-server.ts';
import { configurationCodec } from '../configuration-codec.ts';
import { identified } from './directories.ts';
import { LogReverted } from './log-reverted.ts';
import { type Configuration, ENTRY_TYPE, type LogEntry, type Message } from './messages.ts';
import { OtherDirectory } from './other-directory.ts';

const KNOWN = votersOf(['a', 'b', 'c']);
const FOUNDERS: Configuration = {
  ...KNOWN,
  voters: KNOWN.voters.map(({ id, raft, api }) => ({ id, raft, api })),
};

function founders(configuration = FOUNDERS): LoneServer {
  return new LoneServer({ configuration });
}

function answerTo(candidate_directory: string, term: number, preVote: boolean): Message {
  const body = { term, vote_granted: true, pre_vote: preVote, candidate_directory };
  return { kind: 'VoteResponse', body };
}

/** Of the last batch that the server wrote. */
function membersWritten(server: LoneServer): Configuration {
  const entry = server.persisted.at(-1)?.entries.at(-1) as LogEntry;
  return configurationCodec.decode(entry.command);
}

t.test('who knows nobody’s directory is elected by all, and by no majority', (t) => {
  const server = founders();
  server.campaign();
  server.receive('b', voteResponse(1, true, true));
  t.equal(server.core.role, 'pre_candidate');
  server.receive('c', voteResponse(1, true, true));
  t.equal(server.core.role, 'candidate');
  server.receive('b', voteResponse(1, true));
  t.equal(server.core.role, 'candidate');
  server.receive('c', voteResponse(1, true));
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('one that says no is enough against it', (t) => {
  const server = founders();
  server.campaign();
  server.receive('b', voteResponse(0, false, true));
  t.equal(server.core.role, 'follower');
  t.end();
});

t.test('the first leader writes who its voters are, next to its no-op', (t) => {
  const server = founders();
  server.lead();
  t.match(server.persisted.at(-1)?.entries, [
    { index: 1, type: ENTRY_TYPE.no_op },
    { index: 2, type: ENTRY_TYPE.configuration },
  ]);
  t.same(membersWritten(server), KNOWN);
  t.same(server.core.configuration, KNOWN, 'and goes by it at once');
  server.receive('b', accepted(1, 2));
  t.equal(server.core.commit, 2);
  t.end();
});

t.test('a later leader has nothing to add', (t) => {
  const server = new LoneServer();
  server.lead();
  t.match(server.persisted.at(-1)?.entries, [{ index: 1, type: ENTRY_TYPE.no_op }]);
  t.end();
});

t.test('a vote binds the directory that it came from', (t) => {
  const server = founders();
  server.campaign();
  for (const preVote of [true, false]) {
    server.receive('b', voteResponse(1, true, preVote), 'b-old');
    server.receive('b', voteResponse(1, true, preVote), 'b-new');
    server.receive('c', voteResponse(1, true, preVote));
  }
  t.match(membersWritten(server).voters, [{ id: 'a' }, { directory_id: 'b-new' }, { id: 'c' }]);
  t.end();
});

t.test('a voter gives its vote to an id once, and not to its next directory too', (t) => {
  const server = founders();
  const request = voteRequest('b', { term: 1 });
  t.match(server.receive('b', request, 'b-old'), [{ body: { vote_granted: true } }]);
  t.same(server.receive('b', request, 'b-new'), []);
  const later = voteRequest('b', { term: 2 });
  t.match(server.receive('b', later, 'b-new'), [{ body: { vote_granted: true } }]);
  t.end();
});

t.test('a vote says to which directory it is given, and counts for no other of that id', (t) => {
  const voter = new LoneServer();
  t.match(voter.receive('b', voteRequest('b', { term: 1 })), [
    { body: { vote_granted: true, candidate_directory: directoryIdOf('b') } },
  ]);
  const server = founders();
  server.campaign();
  for (const asked of ['a-old', directoryIdOf('a')]) {
    t.equal(server.core.role, 'pre_candidate');
    for (const from of ['b', 'c']) server.receive(from, answerTo(asked, 1, true));
  }
  for (const asked of ['a-old', directoryIdOf('a')]) {
    t.equal(server.core.role, 'candidate');
    for (const from of ['b', 'c']) server.receive(from, answerTo(asked, 1, false));
  }
  t.equal(server.core.role, 'leader');
  t.end();
});

t.test('the only voter founds by itself, and keeps to the directory that it has then', (t) => {
  const { voters } = FOUNDERS;
  const server = new LoneServer({
    members: ['a'],
    configuration: { ...FOUNDERS, voters: voters.slice(0, 1) },
  });
  server.campaign();
  t.equal(server.core.role, 'leader');
  t.match(server.core.configuration.voters, [{ id: 'a', directory_id: directoryIdOf('a') }]);
  t.end();
});

t.test('of a joint configuration all voters of both halves have to agree', (t) => {
  const server = founders({
    ...FOUNDERS,
    voters: FOUNDERS.voters.slice(0, 2),
    voters_outgoing: FOUNDERS.voters,
  });
  server.campaign();
  server.receive('b', voteResponse(1, true, true));
  t.equal(server.core.role, 'pre_candidate');
  server.receive('c', voteResponse(1, true, true));
  t.equal(server.core.role, 'candidate');
  t.end();
});

for (const [what, directory] of [
  ['another directory', 'c-new'],
  ['no directory', null],
] as const) {
  t.test(`nothing counts that a member says with ${what}`, (t) => {
    const server = new LoneServer({ log: [1], term: 1 });
    server.campaign();
    server.give({
      type: 'message',
      from: 'c',
      directory_id: directory,
      message: voteResponse(2, true, true),
    });
    t.equal(server.core.role, 'pre_candidate', 'no pre-vote');
    server.receive('b', voteResponse(2, true, true));
    server.give({
      type: 'message',
      from: 'c',
      directory_id: directory,
      message: voteResponse(2, true),
    });
    t.equal(server.core.role, 'candidate', 'no vote');
    server.receive('b', voteResponse(2, true));
    t.equal(server.core.role, 'leader');

    const say = (message: Parameters<LoneServer['receive']>[1]) =>
      server.give({ type: 'message', from: 'c', directory_id: directory, message });
    say(accepted(2, 2));
    t.equal(server.core.commit, 0, 'no acknowledgement');
    server.receive('b', accepted(2, 2));
    server.give({ type: 'read', id: 'r' });
    say(accepted(2, 2, 1));
    say(refused(2, 1, 0, 1));
    t.same(server.effectsOf('read_ready'), [], 'no word that nobody else leads');
    say(refused(9, 1));
    t.equal(server.core.term, 2, 'no later term');
    t.same(
      say(voteRequest('c', { term: 9, last_log_index: 9, last_log_term: 8 })),
      [],
      'no answer',
    );
    server.tickAfter(5 * HEARTBEAT_MS);
    say(accepted(2, 2));
    server.tickAfter(MIN_TIMEOUT_MS - 5 * HEARTBEAT_MS);
    t.equal(server.core.role, 'follower', 'no contact that keeps a leader');
    t.end();
  });
}

t.test('a learner that comes back with another directory begins again', (t) => {
  const configuration = { ...KNOWN, learners: [{ id: 'd', raft: 'd:1', api: 'http://d' }] };
  const server = new LoneServer({ configuration });
  server.lead();
  server.receive('b', accepted(1, 1));
  server.receive('d', accepted(1, 1), 'd-old');
  t.equal(server.core.progress.get('d')?.match, 1);
  server.receive('d', refused(1, 1), 'd-new');
  t.match(server.core.progress.get('d'), { match: 0, state: 'probe', directory: 'd-new' });
  t.same(server.core.configuration.voters.length, 3, 'what the old one had counts for nothing');
  t.end();
});

t.test('a leader says with which directory a learner has acknowledged what', (t) => {
  const configuration = { ...KNOWN, learners: [{ id: 'd', raft: 'd:1', api: 'http://d' }] };
  const server = new LoneServer({ configuration });
  server.lead();
  server.receive('d', accepted(1, 1), 'd-old');
  const said = server.propose('x').find(({ to }) => to === 'd');
  t.match(said, { body: { acknowledged_index: 1, acknowledged_by: 'd-old' } });
  t.end();
});

t.test('what another directory has acknowledged is no reason to stop', (t) => {
  const server = new LoneServer({ log: [1] });
  const of = (by: string) =>
    append('b', { prev_log_index: 5, acknowledged_index: 5, acknowledged_by: by });
  t.match(server.receive('b', of('a-old')), [{ body: { success: false, conflict_index: 2 } }]);
  t.throws(() => server.receive('b', of(directoryIdOf('a'))), LogReverted);
  t.end();
});

t.test('a learner is promoted with the directory that it has caught up with', (t) => {
  const configuration = { ...KNOWN, learners: [{ id: 'd', raft: 'd:1', api: 'http://d' }] };
  const server = new LoneServer({ configuration });
  server.lead();
  server.receive('b', accepted(1, 1));
  server.receive('d', accepted(1, 1), 'd-first');
  server.receive('d', accepted(1, 1), 'd-first');
  t.match(server.core.configuration.voters.at(-1), { id: 'd', directory_id: 'd-first' });
  t.end();
});

t.test('a learner of which nobody knows the directory is not promoted', (t) => {
  const configuration = { ...KNOWN, learners: [{ id: 'd', raft: 'd:1', api: 'http://d' }] };
  const server = new LoneServer({ configuration });
  server.lead();
  server.receive('b', accepted(1, 1));
  for (let time = 0; time < 3; time += 1) {
    const message = accepted(1, 1);
    server.give({ type: 'message', from: 'd', directory_id: null, message });
  }
  t.equal(server.core.configuration.voters.length, 3);
  t.end();
});

t.test('a server whose log names another directory of its own stops, and writes nothing', (t) => {
  const server = founders();
  const other = identified(
    FOUNDERS,
    new Map([
      ['a', 'a-old'],
      ['b', 'b-1'],
      ['c', 'c-1'],
    ]),
  );
  const command = configurationCodec.encode(other);
  const entry = { index: 1, term: 1, type: ENTRY_TYPE.configuration, command };
  t.throws(() => server.receive('b', append('b', { entries: [entry] })), OtherDirectory);
  t.same(server.persisted, []);
  t.throws(() => new LoneServer({ configuration: other }), {
    message: /the log says that a has another data folder.*add-node --replaces a/,
  });
  t.end();
});
