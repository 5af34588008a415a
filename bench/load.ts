import { Client } from 'undici';
import type { LoadJob, LoadResult } from './load-job.ts';
import { quantile } from './quantile.ts';

/**
 * The load generator: a process of its own, so that it does not share an event loop with what it
 * measures. Each connection sends its next request when it has the answer to the last.
 */
const digits = 12;

process.once('message', async (job: LoadJob) => {
  const result = await run(job);
  process.send?.(result, () => process.disconnect?.());
});

async function run(job: LoadJob): Promise<LoadResult> {
  const latencies: number[] = [];
  const failures: string[] = [];
  const begin = performance.now() + job.warm_up_seconds * 1_000;
  const end = begin + job.seconds * 1_000;
  let sent = job.first ?? 0;

  const connection = async (n: number): Promise<void> => {
    const client = new Client(job.origins[n % job.origins.length] ?? '', { pipelining: 1 });
    const headers = job.headers[n % job.headers.length] ?? {};
    for (let now = performance.now(); now < end; now = performance.now()) {
      sent += 1;
      const body = job.body?.replace('%N%', String(sent).padStart(digits, '0')) ?? null;
      const failure = await send(client, job, headers, body).catch(String);
      const done = performance.now();
      if (now < begin || done > end) continue;
      if (failure === null) latencies.push(done - now);
      else failures.push(failure);
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: job.connections }, (_, n) => connection(n)));

  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: sorted.length,
    failures: failures.length,
    failure: failures[0] ?? null,
    per_second: sorted.length / job.seconds,
    p50_ms: quantile(sorted, 0.5),
    p99_ms: quantile(sorted, 0.99),
  };
}

/** `null` when the answer was 2xx, else what it was. */
async function send(
  client: Client,
  { method, path }: LoadJob,
  headers: Readonly<Record<string, string>>,
  body: string | null,
): Promise<string | null> {
  const response = await client.request({ method, path, headers, body });
  const text = await response.body.text();
  if (response.statusCode < 300) return null;
  return `${response.statusCode} ${text.slice(0, 300)}`;
}
