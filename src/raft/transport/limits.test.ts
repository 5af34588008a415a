import t from 'tap';
import * as core from '../core/limits.ts';
import { checkLimits, DEFAULT_LIMITS } from './limits.ts';

t.test('the defaults agree with each other and with the core', (t) => {
  t.equal(checkLimits(DEFAULT_LIMITS), DEFAULT_LIMITS);
  t.equal(DEFAULT_LIMITS.maxEntryBytes, core.maxEntryBytes);
  t.ok(core.maxAppendEntries <= DEFAULT_LIMITS.maxEntriesPerMessage);
  t.ok(core.maxAppendBytes + core.maxAppendEntries * 64 < DEFAULT_LIMITS.maxMessageBytes);
  t.ok(core.maxInflightMessages <= DEFAULT_LIMITS.maxQueuedFrames);
  t.ok(core.maxInflightBytes * 2 <= DEFAULT_LIMITS.maxQueuedBytes, 'the window, with its framing');
  t.end();
});

t.test('bounds that contradict each other are refused', (t) => {
  for (const wrong of [
    { maxEntryBytes: DEFAULT_LIMITS.maxMessageBytes },
    { maxEntriesPerMessage: 1_000_000 },
    { maxQueuedBytes: 1000 },
    { maxHandshakeBytes: 100 },
    { pingTimeoutMs: 1 },
    { backoffMinMs: 5000 },
    { streamWindowBytes: 1 << 30 },
    { maxSessionMemoryMiB: 1 },
  ]) {
    t.throws(() => checkLimits({ ...DEFAULT_LIMITS, ...wrong }), Object.keys(wrong).join());
  }
  t.end();
});
