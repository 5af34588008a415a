import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type FileReport, reportFile } from './tap-report.ts';

export interface FileRun extends FileReport {
  readonly file: string;
  readonly ms: number;
}

const killGraceMs = 5_000;

/** Process groups that run now; ended with this process. */
const running = new Set<number>();

/**
 * Runs one test file as a process of its own, as `node FILE`. Whatever it started goes with it: it
 * leads a process group, which is killed when it has ended or is over time.
 */
export async function runTestFile(file: string, timeoutMs: number): Promise<FileRun> {
  const started = performance.now();
  const child = spawn('node', [file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
    // tap's own limit for a file is 30 s, unless it is told another; it shows what was going on.
    env: { ...process.env, TAP_TIMEOUT: String(Math.floor(timeoutMs / 1_000)) },
  });
  const group = child.pid;
  if (group === undefined) throw new Error(`node cannot be started for ${file}`);
  running.add(group);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    signal(group, 'SIGTERM');
    setTimeout(() => signal(group, 'SIGKILL'), killGraceMs).unref();
  }, timeoutMs + killGraceMs);
  const output = text(child.stdout);
  const [code, bySignal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  signal(group, 'SIGKILL');
  running.delete(group);
  const exit = late
    ? `stopped after ${timeoutMs} ms`
    : bySignal === null
      ? `code ${code}`
      : bySignal;
  return { file, ms: performance.now() - started, ...reportFile(await output, exit) };
}

/** Ends all test files that run now. */
export function endAll(): void {
  for (const group of running) signal(group, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
