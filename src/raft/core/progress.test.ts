import fc from 'fast-check';
import t from 'tap';
import { maxInflightBytes, maxInflightMessages } from './limits.ts';
import { Progress } from './progress.ts';

t.test('begins by probing: one message at a time', (t) => {
  const progress = new Progress(10, 0);
  t.equal(progress.state, 'probe');
  progress.sent(12, 100);
  t.ok(progress.probing);
  t.equal(progress.next, 10, 'where the logs meet is still open');
  progress.acknowledged(12, 0);
  t.equal(progress.state, 'replicate');
  t.same([progress.match, progress.next, progress.probing], [12, 13, false]);
  t.end();
});

t.test('replicates ahead of the answers, within a window of messages and bytes', (t) => {
  const byCount = replicating(1);
  for (let i = 1; i <= maxInflightMessages; i += 1) {
    t.notOk(byCount.windowFull);
    byCount.sent(i, 1);
  }
  t.ok(byCount.windowFull);
  byCount.acknowledged(1, 0);
  t.notOk(byCount.windowFull);

  const byBytes = replicating(1);
  byBytes.sent(1, maxInflightBytes - 1);
  t.notOk(byBytes.windowFull);
  byBytes.sent(2, 1);
  t.ok(byBytes.windowFull);
  byBytes.acknowledged(1, 0);
  t.notOk(byBytes.windowFull);
  byBytes.acknowledged(2, 0);
  byBytes.sent(3, maxInflightBytes);
  t.ok(byBytes.windowFull, 'bytes are given back once');
  t.end();
});

t.test('a refusal takes it back, at least by one, never behind the match', (t) => {
  const rows: readonly [number, number, number, number][] = [
    // match, next, the peer's hint, next after it
    [0, 10, 5, 5],
    [0, 10, 10, 9],
    [0, 10, 99, 9],
    [4, 10, 2, 5],
    [4, 5, 2, 5],
    [0, 1, 1, 1],
  ];
  for (const [match, next, hint, after] of rows) {
    const progress = new Progress(next, 0);
    progress.acknowledged(match, 0);
    progress.refused(hint);
    t.equal(progress.next, after, `match ${match}, next ${next}, hint ${hint}`);
  }
  t.end();
});

t.test('after a refusal or a loss it probes again, with an empty window', (t) => {
  for (const back of ['refused', 'lost'] as const) {
    const progress = replicating(1);
    for (let i = 1; i <= maxInflightMessages; i += 1) progress.sent(i, 1);
    if (back === 'refused') progress.refused(3);
    else progress.lost(0);
    t.equal(progress.state, 'probe');
    t.equal(progress.next, back === 'refused' ? 3 : 1);
    progress.acknowledged(3, 0);
    t.notOk(progress.windowFull);
  }
  t.end();
});

t.test('a loss before the first answer moves nothing but lets it ask again', (t) => {
  const progress = new Progress(10, 0);
  progress.sent(12, 1);
  progress.lost(0);
  t.match(progress, { state: 'probe', next: 10, probing: false });
  t.end();
});

t.test('entries are not sent a second time without going back', (t) => {
  const progress = replicating(5);
  progress.sent(7, 1);
  t.throws(() => progress.sent(6, 1), { name: 'InvariantViolation' });
  t.end();
});

t.test('match < next, and match never falls, whatever comes in whatever order', (t) => {
  const commands = fc.array(
    fc.tuple(fc.constantFrom('ack', 'refuse', 'lose', 'send'), fc.integer({ min: 0, max: 30 })),
  );
  const property = fc.property(commands, (steps) => {
    const progress = new Progress(10, 0);
    let match = 0;
    for (const [kind, value] of steps) {
      if (kind === 'ack') progress.acknowledged(value, 0);
      else if (kind === 'refuse') progress.refused(value);
      else if (kind === 'lose') progress.lost(0);
      else progress.sent(progress.next + value, value);
      if (progress.match < match || progress.match >= progress.next) return false;
      match = progress.match;
    }
    return true;
  });
  fc.assert(property);
  t.end();
});

function replicating(next: number): Progress {
  const progress = new Progress(next, 0);
  progress.acknowledged(next - 1, 0);
  return progress;
}
