import fc from 'fast-check';
import t from 'tap';
import { votersOf } from '../../../test/fixtures/lone-server.ts';
import type { Configuration } from './messages.ts';
import { hasQuorum, isVoter, memberIds, quorumValue } from './quorum.ts';

/** The real functions against deliberately dumb ones, on random configurations, joint ones too. */

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const someIds = fc.subarray(IDS, { minLength: 1 });
const configurations = fc
  .tuple(someIds, fc.oneof(fc.constant([] as string[]), someIds), fc.subarray(IDS))
  .map(([voters, outgoing, learners]): Configuration => {
    return { ...votersOf(voters, outgoing), learners: votersOf(learners).voters };
  });
const values = fc.dictionary(fc.constantFrom(...IDS), fc.nat(6));

/** Tries every value from the top: the first that more than half of each side has reached. */
function dumbQuorumValue(configuration: Configuration, reached: Record<string, number>): number {
  for (let value = 6; value > 0; value -= 1) {
    if (dumbHasQuorum(configuration, (id) => (reached[id] ?? 0) >= value)) return value;
  }
  return 0;
}

function dumbHasQuorum(configuration: Configuration, agrees: (id: string) => boolean): boolean {
  const sides = [configuration.voters, configuration.voters_outgoing];
  return sides.every((side) => {
    let difference = 0;
    for (const { id } of side) difference += agrees(id) ? 1 : -1;
    return side.length === 0 || difference > 0;
  });
}

t.test('hasQuorum agrees with counting for and against', (t) => {
  const property = fc.property(configurations, fc.subarray(IDS), (configuration, agreeing) => {
    const agrees = (id: string) => agreeing.includes(id);
    return hasQuorum(configuration, agrees) === dumbHasQuorum(configuration, agrees);
  });
  fc.assert(property, { numRuns: 2000 });
  t.end();
});

t.test('quorumValue agrees with trying every value', (t) => {
  const property = fc.property(configurations, values, (configuration, reached) => {
    const value = quorumValue(configuration, (id) => reached[id] ?? 0);
    return value === dumbQuorumValue(configuration, reached);
  });
  fc.assert(property, { numRuns: 2000 });
  t.end();
});

t.test('any two quorums of a configuration have a member in common', (t) => {
  const property = fc.property(
    configurations,
    fc.subarray(IDS),
    fc.subarray(IDS),
    (configuration, one, other) => {
      const both = [one, other].every((ids) => hasQuorum(configuration, (id) => ids.includes(id)));
      return !both || one.some((id) => other.includes(id));
    },
  );
  fc.assert(property, { numRuns: 2000 });
  t.end();
});

t.test(
  'a quorum of a joint configuration meets every quorum of the old and of the new one',
  (t) => {
    const property = fc.property(someIds, someIds, fc.subarray(IDS), (before, after, agreeing) => {
      const agrees = (id: string) => agreeing.includes(id);
      if (!hasQuorum(votersOf(after, before), agrees)) return true;
      return hasQuorum(votersOf(before), agrees) && hasQuorum(votersOf(after), agrees);
    });
    fc.assert(property, { numRuns: 1000 });
    t.end();
  },
);

t.test('nobody is no quorum', (t) => {
  const nobody = { voters: [], voters_outgoing: [], learners: [] };
  t.notOk(hasQuorum(nobody, () => true));
  t.ok(quorumValue(nobody, () => 9) < 0);
  t.end();
});

t.test('members are all who get the log, each once; voters only those who vote', (t) => {
  const configuration = {
    ...votersOf(['a', 'b'], ['b', 'c']),
    learners: votersOf(['d', 'a']).voters,
  };
  t.same(memberIds(configuration).sort(), ['a', 'b', 'c', 'd']);
  t.same(
    ['a', 'b', 'c', 'd', 'x'].map((id) => isVoter(configuration, id)),
    [true, true, true, false, false],
  );
  t.end();
});
