import t from 'tap';
import { GOING } from './test-blobs.ts';
import { TestLog, TestNode, type Write } from './test-garbage.ts';

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
  const write = () => {
    catchUp(ahead);
    const one: Write = { sha256: 'a0', placed_at: ahead.time, on: new Set(), lost: false };
    log.writes.push(one);
    for (const node of [ahead, behind]) node.place(one);
    return one;
  };
  return { log, behind, onceWhileItWaits, catchUp, write };
}

t.test('a node that lags does not take its own time for that of the writer', async (t) => {
  const { log, behind, catchUp, write } = lagging();
  log.timePasses(30);
  const one = write();
  await behind.garbage.pass(GOING);
  catchUp(behind);
  t.equal(await behind.garbage.pass(GOING), 0);
  log.propose(one);
});

t.test('nor when the writer comes while it asks what is committed', async (t) => {
  const { log, behind, onceWhileItWaits, catchUp, write } = lagging();
  behind.blobs.add('a0');
  const writes: Write[] = [];
  // The first wait is for the list, the next is within `settle`.
  onceWhileItWaits(() => {
    onceWhileItWaits(() => {
      log.timePasses(30);
      writes.push(write());
    });
  });
  await behind.garbage.pass(GOING);
  t.equal(writes.length, 1);
  catchUp(behind);
  t.equal(await behind.garbage.pass(GOING), 0);
  for (const one of writes) log.propose(one);
});
