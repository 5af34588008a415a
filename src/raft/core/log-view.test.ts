import fc from 'fast-check';
import t from 'tap';
import { entry } from '../../../test/fixtures/lone-server.ts';
import { maxCachedBytes } from './limits.ts';
import { LogView } from './log-view.ts';
import { ENTRY_TYPE, type LogEntry } from './messages.ts';

/** The real thing against a plain array, under random operations. */

const BASES = [
  { index: 0, term: 0 },
  { index: 7, term: 3 },
];

const operations = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('append'), by: fc.nat(2) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('truncate'), by: fc.integer({ min: 1, max: 6 }) }),
    },
  ),
  { maxLength: 60 },
);

for (const base of BASES) {
  t.test(`agrees with a plain array behind ${base.index}/${base.term}`, (t) => {
    const property = fc.property(operations, (steps) => {
      const log = new LogView({ base, last_index: base.index, terms: [] });
      const plain: LogEntry[] = [];
      for (const { kind, by } of steps) {
        if (kind === 'append') {
          const next = entry(base.index + plain.length + 1, (plain.at(-1)?.term ?? base.term) + by);
          log.append(next);
          plain.push(next);
        } else if (plain.length > 0) {
          const keep = Math.max(0, plain.length - by);
          log.truncateFrom(base.index + keep + 1);
          plain.length = keep;
        }
        compare(t, log, base, plain);
      }
    });
    fc.assert(property, { numRuns: 200 });
    t.end();
  });
}

function compare(
  t: { fail(why: string): unknown },
  log: LogView,
  base: LogView['base'],
  plain: readonly LogEntry[],
): void {
  const last = base.index + plain.length;
  const termAt = (index: number) => {
    if (index === base.index) return base.term;
    return plain[index - base.index - 1]?.term ?? null;
  };
  const problems: string[] = [];
  const check = (what: string, found: unknown, wanted: unknown) => {
    if (found !== wanted) problems.push(`${what}: ${found} for ${wanted}`);
  };
  check('lastIndex', log.lastIndex, last);
  check('lastTerm', log.lastTerm, plain.at(-1)?.term ?? base.term);
  for (let index = base.index - 1; index <= last + 1; index += 1) {
    check(`termAt ${index}`, log.termAt(index), termAt(index));
  }
  for (let index = base.index + 1; index <= last; index += 1) {
    const first = plain.find(({ term }) => term === termAt(index))?.index;
    check(`firstOfTermAt ${index}`, log.firstOfTermAt(index), first);
  }
  for (let term = 0; term <= log.lastTerm + 1; term += 1) {
    const ofTerm = plain.findLast((one) => one.term === term)?.index ?? null;
    check(
      `lastOfTerm ${term}`,
      log.lastOfTerm(term),
      ofTerm ?? (term === base.term ? base.index : null),
    );
  }
  const all = log.slice(base.index + 1, plain.length, Number.POSITIVE_INFINITY);
  check(
    'slice',
    all?.every((one, position) => one === plain[position]),
    true,
  );
  check('slice length', all?.length, plain.length);
  if (problems.length > 0) t.fail(problems.join('; '));
}

t.test('slice keeps both limits, and gives at least one entry', (t) => {
  const log = filled(10, 100);
  t.equal(log.slice(1, 3, 1_000_000)?.length, 3);
  t.equal(log.slice(1, 100, 250)?.length, 2);
  t.equal(log.slice(1, 100, 200)?.length, 2);
  t.equal(log.slice(1, 100, 10)?.length, 1);
  t.equal(log.slice(9, 100, 1_000_000)?.length, 2);
  t.same(log.slice(11, 100, 1_000_000), []);
  t.end();
});

t.test('what was there at the start is on the disk, not in memory', (t) => {
  const terms = [
    { first_index: 1, term: 1 },
    { first_index: 4, term: 2 },
  ];
  const log = new LogView({ base: { index: 0, term: 0 }, last_index: 5, terms });
  t.equal(log.slice(5, 1, 100), null);
  log.append(entry(6, 2));
  t.equal(log.slice(5, 2, 100), null);
  t.equal(log.slice(6, 1, 100)?.length, 1);
  log.truncateFrom(4);
  t.equal(log.lastTerm, 1);
  log.append(entry(4, 3));
  t.equal(log.slice(3, 1, 100), null);
  t.same(log.slice(4, 1, 100), [entry(4, 3)]);
  t.end();
});

t.test('memory is bounded: the oldest applied entries go first, never others', (t) => {
  const size = maxCachedBytes / 16;
  const log = filled(16, size);
  log.evict(16);
  t.equal(log.cacheFirst, 1, 'nothing goes as long as there is room');
  for (let index = 17; index <= 24; index += 1) log.append(sized(index, size));
  log.evict(2);
  t.equal(log.cacheFirst, 3, 'only up to the index that was named');
  log.evict(24);
  t.equal(log.cacheFirst, 13, 'down to three quarters');
  t.equal(log.slice(12, 1, 1), null);
  t.equal(log.slice(13, 100, Number.POSITIVE_INFINITY)?.length, 12);
  t.equal(log.slice(13, 1, 1)?.[0]?.index, 13);
  log.truncateFrom(20);
  log.truncateFrom(5);
  log.append(sized(5, 1));
  t.equal(log.cacheFirst, 5);
  log.evict(5);
  t.equal(log.cacheFirst, 5, 'bytes that were cut off count no more');
  t.end();
});

t.test('what would make a gap, or let a term fall, is refused', (t) => {
  const log = filled(3, 1);
  t.throws(() => log.append(entry(5, 1)), { name: 'InvariantViolation' });
  t.throws(() => log.append(entry(3, 1)), { name: 'InvariantViolation' });
  t.throws(() => log.append(entry(4, 0)), { name: 'InvariantViolation' });
  t.throws(() => log.truncateFrom(0), { name: 'InvariantViolation' });
  t.throws(() => new LogView({ base: { index: 5, term: 1 }, last_index: 4, terms: [] }), {
    name: 'InvariantViolation',
  });
  t.end();
});

function sized(index: number, bytes: number): LogEntry {
  return { index, term: 1, type: ENTRY_TYPE.command, command: new Uint8Array(bytes) };
}

function filled(count: number, bytes: number): LogView {
  const log = new LogView({ base: { index: 0, term: 0 }, last_index: 0, terms: [] });
  for (let index = 1; index <= count; index += 1) log.append(sized(index, bytes));
  return log;
}
