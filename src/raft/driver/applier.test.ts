import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { LogEntry } from '../core/messages.ts';
import type { LogStore, StateMachine } from '../ports.ts';
import { Applier } from './applier.ts';
import { applyPatienceMs, patientEntries } from './limits.ts';

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

function applier(isAwaited: boolean, read: LogStore['read'] | null = null, base = 0) {
  const batches: number[][] = [];
  const applied = { index: 0, term: 1 };
  const machine: Pick<StateMachine, 'applied' | 'apply'> = {
    applied,
    apply: (entries) => {
      batches.push(entries.map((entry) => entry.index));
      applied.index = entries.at(-1)?.index ?? 0;
      return [];
    },
  };
  const entry = (index: number): LogEntry => ({
    index,
    term: 1,
    type: 0,
    command: new Uint8Array(1),
  });
  const entries = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => entry(from + n));
  const made = new Applier(machine as StateMachine, { read } as LogStore, {
    cached: (from, count) => (read === null ? entries(from, from + count - 1) : null),
    applied: () => undefined,
    isAwaited: () => isAwaited,
    isCompacted: (index) => index <= base,
    fatal: (error) => {
      throw error;
    },
  });
  return { applier: made, applied, batches, entries };
}

t.test('what somebody waits for is applied in the next turn', async (t) => {
  const { applier: one, batches } = applier(true);
  one.advance(1);
  t.same(batches, [], 'messages get out first');
  await turn();
  one.advance(3);
  await turn();
  t.same(batches, [[1], [2, 3]]);
  one.close();
});

t.test('what nobody waits for gathers until somebody does', async (t) => {
  const { applier: one, batches } = applier(false);
  one.advance(1);
  mock.timers.tick(applyPatienceMs - 1);
  await turn();
  t.same(batches, []);
  one.advance(2);
  one.hurry();
  await turn();
  t.same(batches, [[1, 2]]);
  one.close();
});

t.test('… and is applied in the end', async (t) => {
  const { applier: one, batches } = applier(false);
  one.advance(1);
  mock.timers.tick(applyPatienceMs);
  await turn();
  t.same(batches, [[1]]);
  one.advance(1 + patientEntries);
  await turn();
  t.equal(batches.length, 2, 'much of it at once');
  one.close();
});

t.test('patience that ends while entries come from the disk does not end for good', async (t) => {
  const reads: ((entries: LogEntry[]) => void)[] = [];
  const read = () => new Promise<LogEntry[]>((resolve) => reads.push(resolve));
  const { applier: one, batches, entries } = applier(false, read);
  const nextRead = async () => {
    while (reads.length === 0) await turn();
    return reads.shift();
  };
  one.advance(1);
  one.hurry();
  const first = await nextRead();
  one.advance(2);
  mock.timers.tick(applyPatienceMs);
  first?.(entries(1, 2));
  while (batches.length === 0) await turn();
  one.advance(3);
  mock.timers.tick(applyPatienceMs);
  (await nextRead())?.(entries(3, 3));
  while (batches.length === 1) await turn();
  t.same(batches, [[1, 2], [3]]);
  one.close();
});

for (const end of ['fails', 'succeeds'] as const) {
  t.test(
    `a read that ${end} after a snapshot was installed makes nothing apply twice`,
    async (t) => {
      await lateRead(t, end);
    },
  );
}

async function lateRead(t: Test, end: 'fails' | 'succeeds'): Promise<void> {
  const reads: {
    from: number;
    resolve(entries: LogEntry[]): void;
    reject(error: Error): void;
  }[] = [];
  const read = (from: number) =>
    new Promise<LogEntry[]>((resolve, reject) => reads.push({ from, resolve, reject }));
  const { applier: one, applied, batches, entries } = applier(true, read, 10);
  const pause = async () => {
    for (let turns = 0; turns < 10; turns += 1) await turn();
  };
  one.advance(5);
  await pause();
  one.install(10, async () => {
    applied.index = 10;
  });
  one.advance(12);
  await pause();
  const late = reads.shift();
  if (end === 'fails') late?.reject(new RangeError('gone'));
  else late?.resolve(entries(1, 5));
  await pause();
  one.advance(14);
  await pause();
  for (const { from, resolve } of reads) resolve(entries(from, 14));
  await pause();
  t.same(batches.flat(), [11, 12, 13, 14]);
  one.close();
}

t.test('closing leaves nothing that is applied later', async (t) => {
  const { applier: one, batches } = applier(false);
  one.advance(1);
  one.close();
  one.hurry();
  mock.timers.tick(applyPatienceMs);
  await turn();
  t.same(batches, []);
});

t.test('closing waits for the installation under way, and none begins after it', async (t) => {
  const { applier: one } = applier(true);
  const order: string[] = [];
  const copied = Promise.withResolvers<void>();
  one.install(10, async () => {
    await copied.promise;
    order.push('installed');
  });
  one.install(20, async () => {
    order.push('installed the next');
  });
  await turn();
  const closed = (async () => {
    await one.close();
    order.push('closed');
  })();
  await turn();
  copied.resolve();
  await closed;
  await turn();
  t.same(order, ['installed', 'closed']);
});
