import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { LogEntry } from '../src/raft/core/messages.ts';
import { openLog } from '../src/raft/log/open-log.ts';
import type { LogStore } from '../src/raft/ports.ts';

/**
 * How long a batch takes from `append` to `onDurable`, one at a time, beside a bare write +
 * fdatasync on a zero-filled file of the same disk; and how many get through when 64 are in
 * flight. Usage: `node bench/log.ts [seconds per line]`. Writes in the current folder.
 */

const ENTRY_BYTES = 300;
const IN_FLIGHT = 64;
const seconds = Number(process.argv[2] ?? 2);
const folder = mkdtempSync(join(process.cwd(), '.bench-log-'));
const command = new Uint8Array(ENTRY_BYTES).fill(7);

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3);
}

function report(name: string, latencies: number[], entriesPerBatch: number, elapsed: number): void {
  latencies.sort((a, b) => a - b);
  const perSecond = Math.round((latencies.length / elapsed) * 1000);
  console.log(
    `${name.padEnd(34)} ${String(perSecond).padStart(8)} batches/s ${String(perSecond * entriesPerBatch).padStart(9)} entries/s   p50 ${percentile(latencies, 0.5)} ms   p99 ${percentile(latencies, 0.99)} ms`,
  );
}

function measureRaw(bytes: number): void {
  const fd = openSync(join(folder, 'raw'), 'w+');
  const zeros = new Uint8Array(32 * 1024 * 1024);
  writeSync(fd, zeros);
  fsyncSync(fd);
  const block = new Uint8Array(bytes).fill(7);
  const latencies: number[] = [];
  const start = performance.now();
  for (let at = 0; performance.now() - start < seconds * 1000; at += bytes) {
    if (at + bytes > zeros.length) at = 0;
    const before = performance.now();
    writeSync(fd, block, 0, bytes, at);
    fdatasyncSync(fd);
    latencies.push(performance.now() - before);
  }
  report(`raw write + fdatasync, ${bytes} B`, latencies, 0, performance.now() - start);
  closeSync(fd);
}

/** Keeps `inFlight` batches on their way until the time is up. */
function measureLog(log: LogStore, from: number, size: number, inFlight: number): Promise<number> {
  const latencies: number[] = [];
  const sent: number[] = [];
  let index = from;
  let seq = from;
  let durable = from - 1;
  const start = performance.now();
  const append = (): void => {
    const entries: LogEntry[] = [];
    for (let i = 0; i < size; i += 1, index += 1)
      entries.push({ index, term: 1, type: 0, command });
    sent.push(performance.now());
    log.append({ seq, hard_state: null, entries });
    seq += 1;
  };
  return new Promise((resolve, reject) => {
    log.onFailure = reject;
    log.onDurable = (upTo) => {
      const now = performance.now();
      const late = now - start >= seconds * 1000;
      for (; durable < upTo; durable += 1) {
        latencies.push(now - sent[durable - from + 1]!);
        if (!late) append();
      }
      if (!late || durable < seq - 1) return;
      report(`${size} per batch, ${inFlight} in flight`, latencies, size, now - start);
      resolve(index);
    };
    for (let i = 0; i < inFlight; i += 1) append();
  });
}

try {
  measureRaw(400);
  const log = await openLog({
    folder: join(folder, 'wal'),
    identity: { cluster_id: 'bench', node_id: 'n1' },
    logger: pino({ level: 'silent' }),
  });
  let next = 1;
  for (const inFlight of [1, IN_FLIGHT])
    for (const size of [1, 16, 64]) next = await measureLog(log, next, size, inFlight);
  await log.close();
  measureRaw(400);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
