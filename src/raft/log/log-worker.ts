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

function serve(engine: LogEngine): void {
  const take = (): LogRequest | undefined => receiveMessageOnPort(port)?.message;
  const { folder, limits } = setup;
  const room = new DiskRoom(nodeFileSystem, folder, limits, () => performance.now());
  const server = new LogServer(engine, { post, take }, room, limits.maxGroupBytes);
  const idle = setTimeout(() => server.idle(), limits.idleMarkMs);

  const prepareSpare = (): void => {
    if (server.prepareSpare() === 'more') setImmediate(prepareSpare);
  };
  prepareSpare();
  setInterval(() => {
    prepareSpare();
    server.retry();
  }, limits.spareRetryMs);

  port.on('message', (request: LogRequest) => {
    if (server.serve(request)) idle.refresh();
    else process.exit();
  });
}

const engine = openEngine();
if (engine !== null) {
  const { recovered, tornTail } = engine;
  post({ kind: 'opened', recovered, tornTail });
  serve(engine);
  // A thread keeps what it compiled at its end, and of a process that is killed there is none.
  flushCompileCache();
}
