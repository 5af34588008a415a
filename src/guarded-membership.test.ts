import t from 'tap';
import { GuardedMembership } from './guarded-membership.ts';
import type { MembershipControl } from './http/ports.ts';
import type { MemberChange } from './raft/core/member-change.ts';

const N9 = { id: 'n9', raft: 'n9:1', api: 'http://n9' };
const timeoutMs = 1_000;
const remove = (id: string): MemberChange => ({ kind: 'remove', id });
const replace = (id: string): MemberChange => ({ kind: 'replace', id, member: N9 });

/** How many files each node lacks; `null`: it does not answer. The first is the one that is asked. */
type Lacking = Readonly<Record<string, number | null>>;

function cluster(lacking: Lacking, learners: readonly string[] = []) {
  const [self = ''] = Object.keys(lacking);
  const done: MemberChange[] = [];
  const changes: MembershipControl = {
    changeMembers: async (change) => {
      done.push(change);
      return { index: 1, configuration: { voters: [], voters_outgoing: [], learners: [] } };
    },
    moveLeadership: async (to) => to,
  };
  const node = (id: string): GuardedMembership => {
    const members = Object.keys(lacking).map((one) => ({
      id: one,
      voter: !learners.includes(one),
    }));
    const peers = {
      request: async (peer: string, { path, signal }: { path: string; signal: AbortSignal }) => {
        const { status, body } = await node(peer).serve({ path, signal });
        return {
          status,
          body: (async function* () {
            yield body as Uint8Array;
          })(),
        };
      },
    };
    const own = async () => {
      const count = lacking[id];
      if (count === null || count === undefined) throw new Error('no answer');
      return count;
    };
    return new GuardedMembership(changes, { status: () => ({ node_id: id, members }) }, peers, own);
  };
  return { membership: node(self), done };
}

const THREE = { n1: 0, n2: 0, n3: null };

const TABLE: readonly [string, Lacking, MemberChange, refused: RegExp | null][] = [
  ['all have all', THREE, remove('n3'), null],
  ['one lacks some', { ...THREE, n2: 7 }, remove('n3'), /2 of the nodes.*1 have.*n2 lacks 7/],
  ['it lacks some itself', { ...THREE, n1: 1 }, remove('n3'), /n1 lacks 1/],
  ['one does not answer', { ...THREE, n2: null }, remove('n3'), /n2 could not tell in time/],
  ['who leaves need not have them', { ...THREE, n3: 9 }, remove('n3'), null],
  ['three of four, one lacks some', { n1: 0, n2: 0, n3: 5, n4: null }, remove('n4'), null],
  [
    'three of four, two lack some',
    { n1: 0, n2: 2, n3: 5, n4: null },
    remove('n4'),
    /n2 lacks 2; n3 lacks 5/,
  ],
  ['a replacement has none yet', { ...THREE, n2: 1 }, replace('n3'), /n2 lacks 1/],
  [
    'of five, three others must have all',
    { n1: 0, n2: 0, n3: 0, n4: 4, n5: null },
    replace('n5'),
    null,
  ],
  [
    'of five, two are too few',
    { n1: 0, n2: 0, n3: 3, n4: 4, n5: null },
    replace('n5'),
    /3 of the nodes that would be left must have all files, 2 have them/,
  ],
  [
    'of four, three others must have all',
    { n1: 0, n2: 0, n3: 5, n4: null },
    replace('n4'),
    /3 of the nodes/,
  ],
  ['somebody who comes takes nothing along', { n1: 5 }, { kind: 'add', member: N9 }, null],
  ['who is no member is for the leader to say', { ...THREE, n2: 7 }, remove('n8'), null],
  ['so is the last one', { n1: 3 }, remove('n1'), null],
];

for (const [name, lacking, change, refused] of TABLE) {
  t.test(`${change.kind}: ${name}: ${refused === null ? 'done' : 'refused'}`, async (t) => {
    const { membership, done } = cluster(lacking);
    const changing = membership.changeMembers(change, { timeoutMs });
    if (refused === null) await t.resolves(changing);
    else await t.rejects(changing, { name: 'TooFewCopies', message: refused });
    t.same(done, refused === null ? [change] : []);
  });
}

t.test('a learner may go, and counts for nothing', async (t) => {
  const { membership, done } = cluster({ n1: 0, n2: 3, n3: 0, n4: 0 }, ['n3', 'n4']);
  await membership.changeMembers(remove('n4'), { timeoutMs });
  await t.rejects(membership.changeMembers(remove('n1'), { timeoutMs }), { name: 'TooFewCopies' });
  t.same(done, [remove('n4')]);
});

t.test('files can be given up', async (t) => {
  const { membership, done } = cluster({ ...THREE, n2: 7 });
  await membership.changeMembers(remove('n3'), { timeoutMs, acceptMissingFiles: true });
  t.same(done, [remove('n3')]);
});

t.test('the rest is passed on, and nothing else is served', async (t) => {
  const { membership } = cluster(THREE);
  t.equal(await membership.moveLeadership('n2', timeoutMs), 'n2');
  const { signal } = new AbortController();
  t.match(await membership.serve({ path: '/file-copies/v1/other', signal }), { status: 404 });
});
