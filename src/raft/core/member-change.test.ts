import t from 'tap';
import { begin, finish, isDone, type MemberChange, promote } from './member-change.ts';
import type { Configuration, Member } from './messages.ts';

function member(id: string, host = id): Member {
  return { id, raft: `${host}:9001`, api: `http://${host}:8001` };
}

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((id) => member(id)) as [
  Member,
  Member,
  Member,
  Member,
  Member,
];

const THREE: Configuration = {
  voters: [a, b, c],
  voters_outgoing: [],
  learners: [],
  removed: ['x'],
};
const WITH_LEARNER: Configuration = { ...THREE, learners: [d] };
const REPLACING: Configuration = { ...THREE, learners: [{ ...d, replaces: 'c' }] };
const ALONE: Configuration = { voters: [a], voters_outgoing: [], learners: [] };
const FULL: Configuration = {
  ...THREE,
  learners: Array.from({ length: 12 }, (_, n) => member(`m${n}`)),
};

const CASES: readonly [string, Configuration, MemberChange, ReturnType<typeof begin>][] = [
  ['a node comes as a learner', THREE, { kind: 'add', member: d }, WITH_LEARNER],
  ['it is one already', WITH_LEARNER, { kind: 'add', member: d }, null],
  ['it is a voter already', THREE, { kind: 'add', member: a }, null],
  ['another has the id', THREE, { kind: 'add', member: member('a', 'z') }, 'already_member'],
  ['the id was used', THREE, { kind: 'add', member: member('x') }, 'removed_id'],
  ['the address is taken', THREE, { kind: 'add', member: member('d', 'b') }, 'address_taken'],
  ['there is no more room', FULL, { kind: 'add', member: e }, 'too_many'],
  [
    'a voter leaves by a joint configuration',
    THREE,
    { kind: 'remove', id: 'c' },
    { ...THREE, voters: [a, b], voters_outgoing: [a, b, c] },
  ],
  [
    'a learner leaves at once',
    WITH_LEARNER,
    { kind: 'remove', id: 'd' },
    { ...THREE, removed: ['x', 'd'] },
  ],
  ['who left has left', THREE, { kind: 'remove', id: 'x' }, null],
  ['who never was cannot leave', THREE, { kind: 'remove', id: 'y' }, 'unknown_member'],
  ['the last voter stays', ALONE, { kind: 'remove', id: 'a' }, 'last_voter'],
  ['a learner with a plan', THREE, { kind: 'replace', id: 'c', member: d }, REPLACING],
  [
    'a learner where the dead one stood',
    THREE,
    { kind: 'replace', id: 'c', member: member('d', 'c') },
    { ...THREE, learners: [{ ...member('d', 'c'), replaces: 'c' }] },
  ],
  [
    'but not where somebody else stands',
    THREE,
    { kind: 'replace', id: 'c', member: member('d', 'b') },
    'address_taken',
  ],
  ['the plan stands already', REPLACING, { kind: 'replace', id: 'c', member: d }, null],
  ['another plan for it', REPLACING, { kind: 'replace', id: 'c', member: e }, 'in_progress'],
  ['another plan of it', REPLACING, { kind: 'replace', id: 'b', member: d }, 'already_member'],
  ['whom?', THREE, { kind: 'replace', id: 'y', member: d }, 'unknown_member'],
  ['by a used id', THREE, { kind: 'replace', id: 'c', member: member('x') }, 'removed_id'],
  [
    'a voter moves',
    THREE,
    { kind: 'update', member: member('b', 'z') },
    { ...THREE, voters: [a, member('b', 'z'), c] },
  ],
  [
    'a learner moves, and keeps its plan',
    REPLACING,
    { kind: 'update', member: member('d', 'z') },
    { ...THREE, learners: [{ ...member('d', 'z'), replaces: 'c' }] },
  ],
  ['it is there already', THREE, { kind: 'update', member: b }, null],
  ['who?', THREE, { kind: 'update', member: member('y') }, 'unknown_member'],
  ['not there', THREE, { kind: 'update', member: member('b', 'c') }, 'address_taken'],
];

for (const [name, configuration, change, expected] of CASES) {
  t.test(name, (t) => {
    t.same(begin(configuration, change), expected);
    t.end();
  });
}

const FROM_D = new Map([['d', 'a directory']]);
const PROMOTED = { ...d, directory_id: 'a directory' };

t.test('a learner becomes a voter, and whom it replaces is only in the outgoing half', (t) => {
  t.same(promote({ ...REPLACING, learners: [...REPLACING.learners, e] }, FROM_D), {
    ...THREE,
    voters: [a, b, PROMOTED],
    voters_outgoing: [a, b, c],
    learners: [e],
  });
  t.end();
});

t.test('whoever is only in the outgoing half may never come back', (t) => {
  const joint = promote(REPLACING, FROM_D);
  const final = finish(joint);
  t.same(final, { ...THREE, voters: [a, b, PROMOTED], removed: ['x', 'c'] });
  t.equal(begin(final, { kind: 'add', member: c }), 'removed_id');
  t.equal(isDone(joint, { kind: 'replace', id: 'c', member: d }), false);
  t.equal(isDone(final, { kind: 'replace', id: 'c', member: d }), true);
  t.end();
});

t.test('a change is done when nothing of it is left to do', (t) => {
  t.equal(isDone(WITH_LEARNER, { kind: 'add', member: d }), false, 'not while it is a learner');
  t.equal(isDone(finish(promote(WITH_LEARNER, FROM_D)), { kind: 'add', member: d }), true);
  t.equal(isDone(THREE, { kind: 'remove', id: 'x' }), true);
  t.equal(isDone(THREE, { kind: 'remove', id: 'c' }), false);
  t.equal(isDone(THREE, { kind: 'update', member: b }), true);
  t.equal(isDone(THREE, { kind: 'update', member: member('b', 'z') }), false);
  t.end();
});
