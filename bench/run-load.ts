import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadJob, LoadResult } from './load-job.ts';

/** Runs the load generator in a process of its own. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const child = fork(new URL('./load.ts', import.meta.url));
  const answered = once(child, 'message');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${code}`);
  });
  child.send(job);
  const [result] = await Promise.race([answered, ended]);
  ended.catch(() => undefined);
  return result as LoadResult;
}
