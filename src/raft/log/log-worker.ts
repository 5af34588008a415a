import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { DiskRoom } from './disk-room.ts';
import { NONCE_BYTES } from './format.ts';
import { LogEngine } from './log-engine.ts';
import { LogServer } from './log-server.ts';
import { nodeFileSystem } from './node-file-system.ts';
import { toWire } from './wire-error.ts';
import type { LogReply, LogRequest, WorkerSetup } from './worker-messages.ts';

/** Entry point of the log's thread: opens the log, then serves it until it is closed. */

const port = parentPort!;
const setup: WorkerSetup = workerData;

function post(reply: LogReply, transfer?: ArrayBuffer): void {
  port.postMessage(reply, transfer === undefined ? [] : [transfer]);
}

function openEngine(): LogEngine | null {
  try {
    const newNonce = () => randomBytes(NONCE_BYTES);
    return new LogEngine({ ...setup, fs: nodeFileSystem, newNonce });
  } catch (error) {
    post({ kind: 'refused', error: toWire(error) });
    return null;
  }
}

/**
 * Serves until the log is closed, and sleeps in between. Not in an event loop: whoever writes waits for this
 * thread, and to be woken by one takes longer.
 */
function serve(engine: LogEngine): void {
  const { folder, limits, bell } = setup;
  const take = (): LogRequest | undefined => receiveMessageOnPort(port)?.message;
  const room = new DiskRoom(nodeFileSystem, folder, limits, () => performance.now());
  const server = new LogServer(engine, { post, take }, room, limits.maxGroupBytes);
  let idleAt = performance.now() + limits.idleMarkMs;
  let retryAt = performance.now() + limits.spareRetryMs;
  let spare = server.prepareSpare();
  for (;;) {
    // Before the look for requests: what comes after that has rung since.
    const rung = Atomics.load(bell, 0);
    const request = take();
    if (request !== undefined) {
      if (!server.serve(request)) return;
      idleAt = performance.now() + limits.idleMarkMs;
    } else if (spare === 'more') {
      spare = server.prepareSpare();
    } else {
      Atomics.wait(bell, 0, rung, Math.min(idleAt, retryAt) - performance.now());
    }
    if (performance.now() >= retryAt) {
      spare = server.prepareSpare();
      server.retry();
      retryAt = performance.now() + limits.spareRetryMs;
    }
    if (performance.now() >= idleAt) {
      server.idle();
      idleAt = Number.POSITIVE_INFINITY;
    }
  }
}

const engine = openEngine();
if (engine !== null) {
  const { recovered, tornTail } = engine;
  post({ kind: 'opened', recovered, tornTail });
  // A thread keeps what it compiled at its end, and of a process that is killed there is none.
  flushCompileCache();
  serve(engine);
  process.exit();
}
