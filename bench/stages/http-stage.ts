import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadJob, LoadResult } from '../load-job.ts';
import type { ServedStage } from './http-stage-server.ts';

const job = { connections: 64, seconds: 4, warm_up_seconds: 4 };

/**
 * CPU time of the node that takes a request, in µs: from the bytes of the request to those of the
 * answer, with a log that answers at once.
 */
export async function httpMicroseconds(kind: keyof ServedStage): Promise<number> {
  const server = fork(new URL('./http-stage-server.ts', import.meta.url));
  try {
    const [served] = (await once(server, 'message')) as [ServedStage];
    const load = fork(new URL('../load.ts', import.meta.url));
    const answered = once(load, 'message') as Promise<[LoadResult]>;
    const request: LoadJob = { ...served[kind], ...job };
    load.send(request);
    await new Promise((resolve) => setTimeout(resolve, job.warm_up_seconds * 1000));
    const before = await cpuMicroseconds(server);
    const [result] = await answered;
    const after = await cpuMicroseconds(server);
    if (result.failures > 0) throw new Error(`the API refused: ${result.failure}`);
    return (after - before) / result.requests;
  } finally {
    server.kill();
  }
}

async function cpuMicroseconds(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [used] = (await once(server, 'message')) as [number];
  return used;
}
