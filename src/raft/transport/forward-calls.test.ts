import { Writable } from 'node:stream';
import t from 'tap';
import { ForwardCalls } from './forward-calls.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { Outbox } from './outbox.ts';
import { newPeerCounters } from './peer-counters.ts';

/** A stream that takes one write and never finishes it. */
function stuckStream(): Writable {
  return new Writable({ highWaterMark: 1, write() {} });
}

t.test('a call that the deadline finds in the queue is taken back', async (t) => {
  const limits = { ...DEFAULT_LIMITS, maxWriteBytes: 1 };
  const outbox = new Outbox(stuckStream(), limits, newPeerCounters());
  const calls = new ForwardCalls('n2', limits);
  const request = { client_id: 'n1', request_id: 'r1', command: Buffer.alloc(300, 7) };
  const started = [1, 2, 3].map(() => calls.start(outbox, request, 1));
  const failures = await Promise.all(started.map((call) => call.catch((error) => error)));
  t.match(failures, [
    { code: 'timeout', sent: true },
    { code: 'timeout', sent: false },
    { code: 'timeout', sent: false },
  ]);
  t.equal(calls.inFlight, 0);
  t.match({ frames: outbox.queuedFrames, bytes: outbox.queuedBytes }, { frames: 0, bytes: 0 });
});
