import fc from 'fast-check';
import t from 'tap';
import { GOING } from './test-blobs.ts';
import { TestLog, TestNode } from './test-garbage.ts';

const small = fc.nat({ max: 2 });
const of = <What extends { readonly do: string }>(
  weight: number,
  arbitrary: fc.Arbitrary<What>,
) => ({
  weight,
  arbitrary,
});
const operation = fc.oneof(
  of(3, fc.record({ do: fc.constant('begin' as const), node: small, blob: small })),
  of(9, fc.record({ do: fc.constant('place' as const), node: small, write: small })),
  of(4, fc.record({ do: fc.constant('propose' as const), write: small })),
  of(3, fc.record({ do: fc.constant('forget' as const), blob: small })),
  of(3, fc.record({ do: fc.constant('time' as const), hours: fc.constantFrom(0, 1, 11, 13, 25) })),
  of(3, fc.record({ do: fc.constant('apply' as const), node: small, entries: fc.nat({ max: 8 }) })),
  of(4, fc.record({ do: fc.constant('collect' as const), node: small })),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** Runs the operations; who waits often lets others go first. Returns how many blobs were collected. */
async function play(operations: readonly Operation[], waits: readonly number[]): Promise<number> {
  const log = new TestLog();
  const left = [...operations];
  let collected = 0;
  const step = async (): Promise<void> => {
    const next = left.shift();
    if (next !== undefined) collected += await perform(log, nodes, next);
  };
  let turn = 0;
  const meanwhile = async () => {
    turn += 1;
    for (let steps = waits[turn % waits.length] ?? 0; steps > 0; steps -= 1) await step();
  };
  const nodes = [0, 1, 2].map(() => new TestNode(log, meanwhile));
  while (left.length > 0) await step();
  return collected;
}

async function perform(log: TestLog, nodes: TestNode[], what: Operation): Promise<number> {
  const node = 'node' in what ? nodes[what.node] : undefined;
  const write = 'write' in what ? log.writes[what.write] : undefined;
  if (what.do === 'time') log.timePasses(what.hours);
  else if (what.do === 'forget') log.append(`a${what.blob}`, false);
  else if (what.do === 'propose') {
    if (write !== undefined) log.propose(write);
  } else if (node === undefined) throw new Error('broken invariant: there are three nodes');
  else if (what.do === 'begin') {
    log.writes.push({
      sha256: `a${what.blob}`,
      placed_at: node.time,
      on: new Set(),
      lost: false,
    });
  } else if (what.do === 'place') {
    if (write !== undefined) node.place(write);
  } else if (what.do === 'apply') {
    node.applied = Math.min(log.entries.length, node.applied + what.entries);
  } else return await node.garbage.pass(GOING);
  return 0;
}

t.test('nothing that is needed is ever collected, in whatever order things happen', async (t) => {
  let collected = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 50, maxLength: 400, size: 'max' }),
      fc.array(fc.constantFrom(0, 0, 0, 2, 6), { minLength: 1, maxLength: 7 }),
      async (operations, waits) => {
        collected += await play(operations, waits);
      },
    ),
    { numRuns: 1_000 },
  );
  t.ok(collected > 100, `${collected} blobs were collected`);
});
