import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { StateMachine } from '../ports.ts';
import { SnapshotTaker } from './snapshot-taker.ts';
import { MEMBERS, openStore, silent } from './test-snapshots.ts';

async function setup(t: Test, folder = t.testdir()) {
  const store = await openStore(folder);
  const steps: string[] = [];
  const state = { index: 7, fails: false };
  const machine: StateMachine = {
    get applied() {
      return { index: state.index, term: 2 };
    },
    apply: () => [],
    writeSnapshot: async (path) => {
      const { index } = state;
      steps.push(`write ${index}`);
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(path, `state ${index}`);
      if (state.fails) throw new Error('ENOSPC');
      return { index, term: 2 };
    },
    installSnapshot: () => Promise.resolve(),
  };
  const hooks = {
    members: (index: number) => {
      steps.push(`members ${index}`);
      return { configuration: MEMBERS, configuration_index: 3 };
    },
    taken: async ({ last_included_index: index }: { readonly last_included_index: number }) => {
      const { newest } = await openStore(store.folder);
      steps.push(`taken ${index}, a start finds ${newest?.last_included_index}`);
    },
  };
  return { store, steps, state, taker: new SnapshotTaker(machine, store, hooks, silent) };
}

t.test('the log hears of a snapshot only when its file is in its place', async (t) => {
  const { taker, steps, store } = await setup(t);
  const snapshot = await taker.take();
  t.same(steps, ['write 7', 'members 7', 'taken 7, a start finds 7']);
  t.match(snapshot, { last_included_index: 7, last_included_term: 2, configuration_index: 3 });
  t.equal(snapshot.size_bytes, 7);
  t.same(store.newest, snapshot);
  t.notOk(existsSync(store.takingPath));
});

t.test('one at a time, and none when nothing is new', async (t) => {
  const { taker, steps, state } = await setup(t);
  const [first, second] = await Promise.all([taker.take(), taker.take()]);
  t.equal(first, second);
  t.equal(await taker.take(), first);
  t.equal(steps.filter((step) => step.startsWith('write')).length, 1);
  state.index = 8;
  t.equal((await taker.take()).last_included_index, 8);
  t.notOk(taker.running);
});

t.test('one that was damaged since is not given out again', async (t) => {
  const { taker, store } = await setup(t);
  const { path } = await taker.take();
  writeFileSync(path, 'state 8');
  const next = await setup(t, store.folder);
  t.equal((await next.taker.take()).path, path);
  t.equal(readFileSync(path, 'utf8'), 'state 7', 'another copy is in its place');
});

t.test('one that fails leaves nothing behind, and the next may succeed', async (t) => {
  const { taker, steps, state, store } = await setup(t);
  state.fails = true;
  await t.rejects(taker.take(), /ENOSPC/);
  t.notOk(existsSync(store.takingPath));
  t.equal(store.newest, null);
  t.notOk(
    steps.some((step) => step.startsWith('taken')),
    'the log is as long as before',
  );
  state.fails = false;
  t.equal((await taker.take()).last_included_index, 7);
});
