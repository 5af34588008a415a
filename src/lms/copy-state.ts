import { Worker } from 'node:worker_threads';

interface Position {
  readonly index: number;
  readonly term: number;
}

/** What the worker is started with. */
export interface CopyOrder {
  readonly database: string;
  readonly target: string;
}

/**
 * Writes a consistent copy of the database file to `target`, in a thread with a connection of its own:
 * the writer goes on. Resolves with the position that the copy says it is of.
 */
export async function copyState(order: CopyOrder, signal: AbortSignal): Promise<Position> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./copy-state-worker.ts', import.meta.url), {
    workerData: order,
    name: 'lms-snapshot',
    execArgv: [],
  });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Position>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the copy of the state was broken off')));
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
