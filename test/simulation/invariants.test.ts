import t from 'tap';
import { accepted, entry, LoneServer, voteResponse } from '../fixtures/lone-server.ts';
import { Invariants } from './invariants.ts';
import { Marks } from './marks.ts';

/** That mutants are found shows most of it; these are the checks that no mutant of the core can trip. */

const RECOVERED = {
  hard_state: { term: 0, voted_for: null },
  base: { index: 0, term: 0 },
  last_index: 0,
  terms: [],
  configurations: [],
};

function watching(...ids: readonly string[]) {
  const voters = ids.map((id) => ({ id, raft: `${id}:1`, api: `http://${id}` }));
  const first = { voters, voters_outgoing: [], learners: [] };
  const invariants = new Invariants(new Marks(), first);
  const servers = new Map(
    ids.map((id) => {
      const server = new LoneServer({ members: [id, ...ids.filter((other) => other !== id)] });
      invariants.started(id, server.core, RECOVERED, []);
      return [id, server] as const;
    }),
  );
  return { invariants, server: (id: string) => servers.get(id) as LoneServer };
}

t.test('a vote that was sent binds over restarts', (t) => {
  const { invariants, server } = watching('a', 'b', 'c');
  const state = { term: 3, voted_for: 'b' };
  server('a').core.term = 3;
  invariants.synced('a', [{ seq: 1, hard_state: state, entries: [] }]);
  invariants.sent('a', 'b', voteResponse(3, true));
  t.throws(() => invariants.sent('a', 'c', voteResponse(3, true)), violating('VoteOnce'));
  const restart = (hardState: { term: number; voted_for: string | null }) => {
    invariants.started('a', server('a').core, { ...RECOVERED, hard_state: hardState }, []);
  };
  t.throws(() => restart({ term: 2, voted_for: null }), violating('PromiseKept'));
  t.throws(() => restart({ term: 3, voted_for: 'c' }), violating('PromiseKept'));
  restart(state);
  restart({ term: 4, voted_for: null });
  t.end();
});

t.test('what was acknowledged is there after a restart, unless a leader replaced it', (t) => {
  const { invariants, server } = watching('a', 'b', 'c');
  server('a').core.term = 1;
  const batch = {
    seq: 1,
    hard_state: { term: 1, voted_for: null },
    entries: [entry(1, 1), entry(2, 1)],
  };
  invariants.persisted('a', batch);
  t.throws(() => invariants.sent('a', 'b', accepted(1, 2)), violating('PromiseKept'), 'too early');
  invariants.synced('a', [batch]);
  invariants.sent('a', 'b', accepted(1, 2));
  const recovered = { ...RECOVERED, hard_state: { term: 1, voted_for: null } };
  t.throws(
    () => invariants.started('a', server('a').core, recovered, [entry(1, 1)]),
    violating('PromiseKept'),
  );
  invariants.started('a', server('a').core, recovered, [entry(1, 1), entry(2, 1)]);
  invariants.persisted('a', { seq: 2, hard_state: null, entries: [entry(2, 2)] });
  invariants.started(
    'a',
    server('a').core,
    { ...recovered, hard_state: { term: 2, voted_for: null } },
    [entry(1, 1), entry(2, 2)],
  );
  t.end();
});

t.test('one entry per index and term, behind one log', (t) => {
  const { invariants } = watching('a', 'b', 'c');
  invariants.persisted('a', { seq: 1, hard_state: null, entries: [entry(1, 1), entry(2, 2)] });
  const other = [entry(1, 2), entry(2, 2)];
  t.throws(
    () => invariants.persisted('b', { seq: 1, hard_state: null, entries: other }),
    violating('LogMatching'),
  );
  const text = [entry(1, 1, 'another')];
  t.throws(
    () => invariants.persisted('c', { seq: 1, hard_state: null, entries: text }),
    violating('LogMatching'),
  );
  t.end();
});

t.test('a read sees every write that was acknowledged before, and every earlier read', (t) => {
  const { invariants } = watching('a', 'b', 'c');
  const before = invariants.clients.readBegins();
  invariants.clients.writeAcknowledged('w', 7);
  invariants.clients.readEnds('a', before, 6);
  const after = invariants.clients.readBegins();
  t.throws(() => invariants.clients.readEnds('a', after, 6), violating('LinearizableRead'));
  invariants.clients.readEnds('a', after, 9);
  t.throws(
    () => invariants.clients.readEnds('b', invariants.clients.readBegins(), 8),
    violating('LinearizableRead'),
  );
  t.end();
});

t.test('an acknowledged write is kept, and where it was', (t) => {
  const { invariants } = watching('a');
  invariants.clients.writeAcknowledged('w', 7);
  invariants.clients.keepsAll('a', new Map([['w', 7]]));
  t.throws(() => invariants.clients.keepsAll('a', new Map()), violating('AcknowledgedIsKept'));
  t.throws(
    () => invariants.clients.keepsAll('a', new Map([['w', 8]])),
    violating('AcknowledgedIsKept'),
  );
  t.end();
});

t.test('one leader per term, over all time', (t) => {
  const { invariants, server } = watching('a', 'b', 'c');
  for (const id of ['a', 'b', 'c']) server(id).core.term = 4;
  t.throws(() => invariants.becameLeader('a'), violating('ElectedByMajority'), 'by no votes');
  for (const id of ['a', 'b']) {
    const state = { term: 4, voted_for: 'a' };
    invariants.synced(id, [{ seq: 1, hard_state: state, entries: [] }]);
    invariants.sent(id, 'a', voteResponse(4, true));
  }
  invariants.becameLeader('a');
  t.throws(() => invariants.becameLeader('b'), violating('ElectionSafety'));
  t.end();
});

t.test('only what is committed and on this disk is applied', (t) => {
  const { invariants } = watching('a', 'b', 'c');
  const one = entry(1, 1);
  invariants.persisted('a', { seq: 1, hard_state: null, entries: [one] });
  t.throws(() => invariants.applied('a', one, null, 0), violating('StateMachineSafety'));
  t.end();
});

function violating(invariant: string): { readonly message: RegExp } {
  return { message: new RegExp(`^${invariant}: `) };
}
