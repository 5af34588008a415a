import fc from 'fast-check';
import t from 'tap';
import { maxPlacementMs } from '../limits.ts';
import { Garbage } from './garbage.ts';
import { unnamedKeptMs } from './limits.ts';
import { keepText, SILENT, sha256Of, testStore } from './test-blobs.ts';

const GOING = new AbortController().signal;
const HOUR_MS = 60 * 60 * 1_000;

t.test('bytes are kept for longer than naming them may take', (t) => {
  t.ok(unnamedKeptMs >= 2 * maxPlacementMs);
  t.end();
});

async function setUp(t: { teardown(run: () => unknown): void }) {
  const { store } = await testStore(t);
  const named = new Set<string>();
  const log = { now: 1_000, settled: 0 };
  const garbage = new Garbage(
    store,
    { isNamed: (sha256) => named.has(sha256), logTime: () => log.now },
    async () => {
      log.settled += 1;
    },
    SILENT,
  );
  store.events = { used: (sha256) => garbage.used(sha256), kept() {}, foundDamaged() {} };
  return { store, named, log, garbage };
}

t.test('what nothing names goes, once the log has moved on for long enough', async (t) => {
  const { store, named, log, garbage } = await setUp(t);
  named.add(await keepText(store, 'named'));
  const unnamed = await keepText(store, 'unnamed');
  t.equal(await garbage.pass(GOING), 0);
  t.equal(log.settled, 1);
  log.now += unnamedKeptMs - 1;
  t.equal(await garbage.pass(GOING), 0);
  log.now += 1;
  t.equal(await garbage.pass(GOING), 1);
  t.equal(await store.has(unnamed), false);
  t.equal(await store.has(sha256Of('named')), true);
});

t.test('a blob that is named again, or used again, begins anew', async (t) => {
  const { store, named, log, garbage } = await setUp(t);
  const [a, b, c] = [await keepText(store, 'a'), await keepText(store, 'b'), sha256Of('c')];
  await keepText(store, 'c');
  await garbage.pass(GOING);
  log.now += unnamedKeptMs;
  named.add(a);
  await keepText(store, 'b');
  await store.secure(c);
  t.equal(await garbage.pass(GOING), 0);
  named.delete(a);
  await garbage.pass(GOING);
  log.now += unnamedKeptMs - 1;
  t.equal(await garbage.pass(GOING), 0);
  log.now += 1;
  t.equal(await garbage.pass(GOING), 3);
  for (const sha256 of [a, b, c]) t.equal(await store.has(sha256), false);
});

t.test('a pass that finds no majority marks nothing and removes nothing new', async (t) => {
  const { store, log } = await setUp(t);
  const sha256 = await keepText(store, 'unnamed');
  const rows = { isNamed: () => false, logTime: () => log.now };
  const alone = new Garbage(store, rows, () => Promise.reject(new Error('no majority')), SILENT);
  await t.rejects(alone.pass(GOING), /no majority/);
  log.now += unnamedKeptMs;
  await t.rejects(alone.pass(GOING), /no majority/);
  t.equal(await store.has(sha256), true);
});

/** What a writer does with one blob: it learns the log's time, places the bytes, and proposes. */
interface Write {
  readonly sha256: string;
  readonly placed_at: number;
  readonly on: Set<TestNode>;
  /** A node that it counts on has collected the bytes. */
  lost: boolean;
}

interface Entry {
  readonly time: number;
  readonly sha256: string;
  readonly names: boolean;
  /** The nodes that the writer counted on. */
  readonly on: ReadonlySet<TestNode>;
}

/** The log, which only grows. Clocks of leaders jump as they like, its time does not go back. */
class TestLog {
  readonly entries: Entry[] = [];
  readonly writes: Write[] = [];
  clock = 0;

  append(sha256: string, names: boolean, on: ReadonlySet<TestNode> = new Set()): void {
    this.entries.push({ time: this.clock, sha256, names, on });
  }

  /** As `requireFreshPlacement` judges. */
  propose(write: Write): void {
    if (write.on.size < 2) return;
    const isAccepted = this.clock - write.placed_at <= maxPlacementMs;
    if (isAccepted && write.lost) throw new Error(`${write.sha256} is named, and was collected`);
    this.append(write.sha256, isAccepted, write.on);
    this.writes.splice(this.writes.indexOf(write), 1);
  }
}

class TestNode {
  readonly #log: TestLog;
  readonly blobs = new Set<string>();
  readonly garbage: Garbage;
  applied = 0;

  /** @param meanwhile runs while the node waits for what is committed */
  constructor(log: TestLog, meanwhile: () => Promise<void>) {
    this.#log = log;
    const rows = { isNamed: (sha256: string) => this.#names(sha256), logTime: () => this.time };
    const settle = async () => {
      const committed = log.entries.length;
      await meanwhile();
      this.applied = Math.max(this.applied, committed);
      await meanwhile();
    };
    const shelves = {
      shards: ['a'],
      list: async () => {
        const listed = [...this.blobs];
        await meanwhile();
        return listed;
      },
      remove: async (sha256: string, isNeeded: () => boolean) => this.#remove(sha256, isNeeded),
    };
    this.garbage = new Garbage(shelves, rows, settle, SILENT);
  }

  get time(): number {
    return this.#log.entries[this.applied - 1]?.time ?? 0;
  }

  place(write: Write): void {
    this.garbage.used(write.sha256);
    this.blobs.add(write.sha256);
    write.on.add(this);
  }

  #names(sha256: string): boolean {
    const known = this.#log.entries.slice(0, this.applied);
    return known.findLast((entry) => entry.sha256 === sha256)?.names ?? false;
  }

  #remove(sha256: string, isNeeded: () => boolean): boolean {
    if (isNeeded() || !this.blobs.delete(sha256)) return false;
    if (this.#names(sha256)) throw new Error(`${sha256} was collected while a row names it`);
    // Named by an entry that this node has not applied yet, and counted on for it. Others fetch it again.
    const ahead = this.#log.entries.slice(this.applied);
    if (ahead.some((entry) => entry.sha256 === sha256 && entry.names && entry.on.has(this))) {
      throw new Error(`${sha256} was collected by a node that lags`);
    }
    for (const write of this.#log.writes) {
      if (write.sha256 === sha256 && write.on.has(this)) write.lost = true;
    }
    return true;
  }
}

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
  if (what.do === 'time') {
    log.clock += what.hours * HOUR_MS;
    log.append('a-other', true);
  } else if (what.do === 'forget') log.append(`a${what.blob}`, false);
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

/** Two nodes: one far ahead in the log, one that lags and collects. */
function lagging() {
  const log = new TestLog();
  let meanwhile = () => Promise.resolve();
  const ahead = new TestNode(log, () => Promise.resolve());
  const behind = new TestNode(log, () => meanwhile());
  const onceWhileItWaits = (what: () => void) => {
    meanwhile = async () => {
      meanwhile = () => Promise.resolve();
      what();
    };
  };
  const catchUp = (node: TestNode) => {
    node.applied = log.entries.length;
  };
  const timePasses = (hours: number) => {
    log.clock += hours * HOUR_MS;
    log.append('a-other', true);
  };
  const write = () => {
    catchUp(ahead);
    const one: Write = { sha256: 'a0', placed_at: ahead.time, on: new Set(), lost: false };
    log.writes.push(one);
    for (const node of [ahead, behind]) node.place(one);
    return one;
  };
  return { log, behind, onceWhileItWaits, catchUp, timePasses, write };
}

t.test('a node that lags does not take its own time for that of the writer', async (t) => {
  const { log, behind, catchUp, timePasses, write } = lagging();
  timePasses(30);
  const one = write();
  await behind.garbage.pass(GOING);
  catchUp(behind);
  t.equal(await behind.garbage.pass(GOING), 0);
  log.propose(one);
});

t.test('nor when the writer comes while it asks what is committed', async (t) => {
  const { log, behind, onceWhileItWaits, catchUp, timePasses, write } = lagging();
  behind.blobs.add('a0');
  const writes: Write[] = [];
  // The first wait is for the list, the next is within `settle`.
  onceWhileItWaits(() => {
    onceWhileItWaits(() => {
      timePasses(30);
      writes.push(write());
    });
  });
  await behind.garbage.pass(GOING);
  t.equal(writes.length, 1);
  catchUp(behind);
  t.equal(await behind.garbage.pass(GOING), 0);
  for (const one of writes) log.propose(one);
});
