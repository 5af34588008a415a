import t from 'tap';
import {
  snapshotEntries,
  snapshotIntervalMs,
  snapshotLogBytes,
  snapshotRetryMs,
  snapshotSizePerLogByte,
} from './limits.ts';
import { SnapshotTrigger } from './snapshot-trigger.ts';

const NONE = { index: 0, size_bytes: 0 };

t.test('a snapshot is due by entries, or by bytes, since the last one', (t) => {
  const byEntries = new SnapshotTrigger({ index: 500, size_bytes: 0 }, 0);
  t.notOk(byEntries.isDue(500 + snapshotEntries - 1, 0));
  t.ok(byEntries.isDue(500 + snapshotEntries, 0));
  const byBytes = new SnapshotTrigger(NONE, 0);
  byBytes.applied(snapshotLogBytes - 1);
  t.notOk(byBytes.isDue(10, 0));
  byBytes.applied(1);
  t.ok(byBytes.isDue(10, 0));
  byBytes.taken({ index: 10, size_bytes: 100 }, 0);
  t.notOk(byBytes.isDue(11, snapshotIntervalMs));
  t.end();
});

t.test('nodes differ in when, within a quarter', (t) => {
  const late = new SnapshotTrigger(NONE, 0.999);
  t.notOk(late.isDue(snapshotEntries * 1.24, 0));
  t.ok(late.isDue(snapshotEntries * 1.25, 0));
  t.end();
});

t.test('a large state is not copied for a few entries', (t) => {
  const trigger = new SnapshotTrigger({ index: 0, size_bytes: 1_000_000 }, 0);
  t.notOk(trigger.isDue(snapshotEntries, 0));
  trigger.applied(1_000_000 / snapshotSizePerLogByte);
  t.ok(trigger.isDue(snapshotEntries, 0));
  t.end();
});

t.test('not twice in a short time, and later after a failure', (t) => {
  const trigger = new SnapshotTrigger(NONE, 0);
  trigger.taken(NONE, 1000);
  t.notOk(trigger.isDue(snapshotEntries, 1000 + snapshotIntervalMs - 1));
  t.ok(trigger.isDue(snapshotEntries, 1000 + snapshotIntervalMs));
  trigger.failed(20_000);
  t.notOk(trigger.isDue(snapshotEntries, 20_000 + snapshotRetryMs - 1));
  t.ok(trigger.isDue(snapshotEntries, 20_000 + snapshotRetryMs));
  t.end();
});
