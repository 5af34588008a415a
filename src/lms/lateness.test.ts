import fc from 'fast-check';
import t from 'tap';
import { countedTime, lateMs } from './lateness.ts';

const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const grace = fc.integer({ min: 0, max: 604_800 });

t.test('lateness is what is left after due date and grace, never below zero', (t) => {
  fc.assert(
    fc.property(time, time, grace, (counted, due, seconds) => {
      const late = lateMs(counted, { due_at: due, grace_seconds: seconds });
      const deadline = due + seconds * 1000;
      return late === (counted <= deadline ? 0 : counted - deadline);
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('a later due date or more grace makes nobody later', (t) => {
  fc.assert(
    fc.property(time, time, grace, fc.nat(1e9), fc.nat(1e5), (counted, due, g, later, more) => {
      const before = lateMs(counted, { due_at: due, grace_seconds: g });
      return (
        lateMs(counted, { due_at: due + later, grace_seconds: g }) <= before &&
        lateMs(counted, { due_at: due, grace_seconds: g + more }) <= before
      );
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('without a due date nothing is late', (t) => {
  t.equal(lateMs(4e12, { due_at: null, grace_seconds: 0 }), 0);
  t.end();
});

t.test('time counts where the request arrived, within two minutes of the log', (t) => {
  const received = fc.integer({ min: -300_000, max: 300_000 });
  fc.assert(
    fc.property(time, received, (committed, offset) => {
      const counted = countedTime(committed + offset, committed);
      const believed = Math.abs(offset) <= 120_000;
      return (
        counted.counted_at === (believed ? committed + offset : committed) &&
        counted.clock_suspect === !believed
      );
    }),
    {
      numRuns: 500,
      examples: [
        [1e12, 120_000],
        [1e12, 120_001],
        [1e12, -120_000],
        [1e12, -120_001],
      ],
    },
  );
  t.end();
});
