import t from 'tap';
import { encode } from './codec.ts';
import { call, openPair, rawSession, until } from './test-nodes.ts';

const vote = {
  term: 3,
  candidate_id: 'n2',
  last_log_index: 5,
  last_log_term: 2,
  pre_vote: false,
  leadership_transfer: false,
};
const append = {
  term: 3,
  leader_id: 'n2',
  prev_log_index: 5,
  prev_log_term: 2,
  entries: [],
  leader_commit: 4,
  read_round: 77,
};

t.test('each RPC of the core can be called by a single request', async (t) => {
  const { n1, n2, keys } = await openPair(t);
  n1.onMessage = (from, { kind, body }) => {
    t.equal(from, 'n2');
    // What the core answers to others meanwhile is not for this call.
    n1.send('n2', { kind: 'VoteResponse', body: { term: 9, vote_granted: false, pre_vote: true } });
    if (kind === 'VoteRequest') {
      t.strictSame(body, vote);
      const answer = { term: 3, vote_granted: true, pre_vote: false };
      n1.send('n2', { kind: 'VoteResponse', body: answer });
    } else if (kind === 'AppendEntriesRequest') {
      const { read_round } = body;
      const answer = {
        term: 3,
        success: true,
        match_index: 5,
        conflict_index: 0,
        conflict_term: 0,
      };
      n1.send('n2', { kind: 'AppendEntriesResponse', body: { ...answer, read_round } });
    } else if (kind === 'ReadIndexRequest') {
      n1.send('n2', { kind: 'ReadIndexResponse', body: { ...body, term: 3, read_index: 8 } });
    }
  };
  let others = 0;
  n2.onMessage = (_from, { kind, body }) => {
    others += 1;
    t.match({ kind, body }, { kind: 'VoteResponse', body: { pre_vote: true, term: 9 } });
  };
  const session = await rawSession(t, n1, keys.n2!);
  t.strictSame(await call(session, '/raft.v1.Raft/RequestVote', encode(vote)), {
    status: 200,
    body: { term: 3, vote_granted: true, pre_vote: false },
  });
  t.match(await call(session, '/raft.v1.Raft/AppendEntries', encode(append)), {
    status: 200,
    body: { success: true, match_index: 5, read_round: 77 },
  });
  t.match(await call(session, '/raft.v1.Raft/ReadIndex', encode({ term: 2, request_id: 'r7' })), {
    status: 200,
    body: { request_id: 'r7', read_index: 8 },
  });
  await until(() => others === 3);
});

t.test('a forwarded command can be called by a single request', async (t) => {
  const { n1, keys } = await openPair(t);
  n1.onForward = (from, { command }) =>
    Promise.resolve({ index: command.length, term: from === 'n2' ? 3 : 0, error: '' });
  const session = await rawSession(t, n1, keys.n2!);
  const forward = (command: unknown) =>
    call(
      session,
      '/raft.v1.Raft/ForwardRequest',
      encode({ client_id: 'c', request_id: 'r', command }),
    );
  t.strictSame(await forward(Buffer.alloc(42)), {
    status: 200,
    body: { index: 42, term: 3, error: '' },
  });
  t.match(await forward('text'), { status: 400, body: { code: 'schema' } });
  n1.onForward = () => Promise.reject(new Error('shutting down'));
  t.match(await forward(Buffer.alloc(1)), { status: 503, body: { code: 'unserved' } });
});

t.test('what is wrong is refused with a clear status, and never reaches the core', async (t) => {
  const { n1, keys } = await openPair(t, { unaryTimeoutMs: 20 });
  n1.onMessage = (from, { kind }) => t.fail(`a ${kind} of ${from} reached the core`);
  const session = await rawSession(t, n1, keys.n2!);
  const path = '/raft.v1.Raft/RequestVote';
  const refused = async (
    status: number,
    code: string,
    ...args: [string, Buffer, Record<string, string>?]
  ) => {
    t.match(await call(session, ...args), { status, body: { code, message: String } }, code);
  };
  await refused(403, 'wrong_sender', path, encode({ ...vote, candidate_id: 'n3' }));
  await refused(400, 'schema', path, encode({ ...vote, term: 'three' }));
  await refused(400, 'malformed', path, Buffer.from('garbage'));
  await refused(400, 'malformed', path, encode(vote).subarray(0, 20));
  await refused(400, 'malformed', path, encode(vote), { 'content-type': 'text/plain' });
  await refused(413, 'oversized', path, Buffer.alloc((4 << 20) + 1));
  await refused(404, 'unknown_method', '/raft.v1.Raft/Reboot', encode(vote));
  await refused(404, 'not_found', '/elsewhere', encode(vote));
  t.match(n1.counters().refusals, { wrong_sender: 1, schema: 1, malformed: 3, oversized: 1 });

  n1.onMessage = () => undefined;
  t.match(await call(session, path, encode(vote)), { status: 504, body: { code: 'timeout' } });
});

t.test('more calls than may wait are refused', async (t) => {
  const { n1, keys } = await openPair(t, { unaryTimeoutMs: 60_000, maxUnaryCallsPerPeer: 2 });
  const session = await rawSession(t, n1, keys.n2!);
  const calls = [1, 2, 3].map(() => call(session, '/raft.v1.Raft/RequestVote', encode(vote)));
  t.match(await Promise.race(calls), { status: 503, body: { code: 'overloaded' } });
  const body = { term: 3, vote_granted: true, pre_vote: false };
  for (let k = 0; k < 2; k += 1) n1.send('n2', { kind: 'VoteResponse', body });
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  t.same(statuses.sort(), [200, 200, 503]);
});
