import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { checkLinearizable } from './checker.ts';
import { HistoryWriter, type Operation, readHistory } from './history.ts';
import { listModel, type Model, orderedListModel, registerModel } from './model.ts';

let clients = 0;

function op(
  kind: string,
  value: unknown,
  [call_ns, return_ns]: readonly [number, number | null],
  result: unknown = null,
): Operation {
  clients += 1;
  return { client: `c${clients}`, kind, key: 'k', value, call_ns, return_ns, result };
}

/** Tries every order: slow and obviously right. */
function bruteForce<State>(history: readonly Operation[], model: Model<State>): boolean {
  function search(left: readonly Operation[], state: State): boolean {
    if (left.every((one) => one.return_ns === null)) return true;
    return left.some((one) => {
      const blocked = left.some(
        (other) => other !== one && other.return_ns !== null && other.return_ns < one.call_ns,
      );
      const after = blocked ? null : model.step(state, one);
      return (
        after !== null &&
        search(
          left.filter((other) => other !== one),
          after,
        )
      );
    });
  }
  return search(history, model.initial);
}

t.test('histories with a known verdict', async (t) => {
  const rows: [string, Operation[], Model<never>, boolean][] = [
    ['nothing happened', [], listModel as never, true],
    [
      'a read after an append sees it',
      [op('append', 'a', [1, 2]), op('read', null, [3, 4], ['a'])],
      listModel as never,
      true,
    ],
    [
      'a stale read',
      [op('append', 'a', [1, 2]), op('read', null, [3, 4], [])],
      listModel as never,
      false,
    ],
    [
      'a read during an append may go either way',
      [op('append', 'a', [1, 5]), op('read', null, [2, 3], []), op('read', null, [3, 4], ['a'])],
      listModel as never,
      true,
    ],
    [
      'but not back again',
      [op('append', 'a', [1, 9]), op('read', null, [2, 3], ['a']), op('read', null, [4, 5], [])],
      listModel as never,
      false,
    ],
    [
      'an append of unknown outcome may show up late',
      [op('append', 'a', [1, null]), op('read', null, [5, 6], []), op('read', null, [7, 8], ['a'])],
      listModel as never,
      true,
    ],
    [
      'a lost append',
      [op('append', 'a', [1, 2]), op('append', 'b', [3, 4]), op('read', null, [5, 6], ['b'])],
      listModel as never,
      false,
    ],
    [
      'an append that happened twice',
      [op('append', 'a', [1, 2]), op('read', null, [3, 4], ['a', 'a'])],
      listModel as never,
      false,
    ],
    [
      'two successful swaps from the same value',
      [
        op('write', '1', [1, 2]),
        op('cas', { from: '1', to: '2' }, [3, 6], true),
        op('cas', { from: '1', to: '3' }, [4, 7], true),
      ],
      registerModel as never,
      false,
    ],
    [
      'one of two swaps',
      [
        op('write', '1', [1, 2]),
        op('cas', { from: '1', to: '2' }, [3, 6], false),
        op('cas', { from: '1', to: '3' }, [4, 7], true),
      ],
      registerModel as never,
      true,
    ],
  ];
  for (const [name, history, model, linearizable] of rows) {
    t.equal(checkLinearizable(history, () => model).linearizable, linearizable, name);
    t.equal(bruteForce(history, model), linearizable, `${name}: by brute force`);
  }
});

t.test('agrees with brute force on random histories', async (t) => {
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 6 }), fc.boolean())
    .map(([call, length, open]) => [call, open ? null : call + length] as const);
  const value = fc.constantFrom('1', '2', null);
  const operation = fc.oneof(
    fc.tuple(value, interval).map(([v, at]) => op('write', v ?? '3', at)),
    fc.tuple(value, interval).map(([v, at]) => op('read', null, at, v)),
    fc
      .tuple(value, value, interval, fc.boolean())
      .map(([from, to, at, done]) => op('cas', { from, to: to ?? '4' }, at, done)),
  );
  let good = 0;
  let bad = 0;
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 6 }), (history) => {
      const expected = bruteForce(history, registerModel);
      if (expected) good += 1;
      else bad += 1;
      return checkLinearizable(history, () => registerModel).linearizable === expected;
    }),
    { numRuns: 3000 },
  );
  t.ok(good > 100 && bad > 100, `${good} good and ${bad} bad histories were tried`);
});

t.test('with the final order known, unknown outcomes cost nothing', async (t) => {
  const order = Array.from({ length: 40 }, (_, n) => `v${n}`);
  const unknown = order.map((value) => op('append', value, [1, null]));
  const never = Array.from({ length: 40 }, (_, n) => op('append', `lost ${n}`, [1, null]));
  const read = (result: readonly string[]) => op('read', null, [5, 6], result);
  const verdict = (result: readonly string[]) =>
    checkLinearizable([...never, ...unknown, read(result)], () => orderedListModel(order), 10_000);
  t.equal(verdict(order.slice(0, 20)).linearizable, true);
  t.equal(verdict(['v1', 'v0']).linearizable, false);
  t.equal(verdict(['v0', 'lost 3']).linearizable, false);
});

t.test('keys are independent, and the one at fault is named', async (t) => {
  const other = { ...op('read', null, [1, 2], ['x']), key: 'bad' };
  const verdict = checkLinearizable([op('append', 'a', [1, 2]), other], () => listModel);
  t.match(verdict, { linearizable: false, key: 'bad', operations: [other] });
});

t.test('gives up loudly', async (t) => {
  const history = Array.from({ length: 12 }, (_, n) => op('append', `v${n}`, [1, 100]));
  history.push(op('read', null, [200, 201], ['nothing of the kind']));
  t.equal(checkLinearizable(history, () => listModel, 1000).linearizable, 'unknown');
});

t.test('a history is read back as it was written', async (t) => {
  const path = join(t.testdir(), 'history.jsonl');
  const history = [op('append', 'a', [1, 2]), op('append', 'b', [1, null])];
  const writer = new HistoryWriter(path);
  for (const one of history) writer.write(one);
  await writer.close();
  t.same(await readHistory(path), history);
});
