import { globSync } from 'node:fs';
import { endAll, type FileRun, runTestFile } from './test-run.ts';

/**
 * `npm test [-- FILE-OR-FOLDER…]`: all tests, or those below some paths; closes with one line
 * `N passed, N failed`. Files run by `node` itself and not by `tap run`, whose loaders reach into the
 * processes that tests start: a node must be tested as it runs.
 */
const fileTimeoutMs = 240_000;
/** Tests of real clusters wait more than they compute; more than this and they starve each other. */
const jobs = 2;

process.once('SIGINT', () => stop(130));
process.once('SIGTERM', () => stop(143));

const queue = testFiles(process.argv.slice(2));
const runs: FileRun[] = [];
await Promise.all(Array.from({ length: jobs }, work));
summarize(runs);

async function work(): Promise<void> {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const run = await runTestFile(file, fileTimeoutMs);
    runs.push(run);
    print(run);
  }
}

/** Those of whole clusters first: they take longest, and nothing should wait for them alone. */
function testFiles(paths: readonly string[]): string[] {
  const all = globSync('{test,src,scripts,bench}/**/*.test.ts').sort();
  const whole = (file: string) => (file.startsWith('test/') ? 0 : 1);
  const chosen = all.filter(
    (file) =>
      paths.length === 0 ||
      paths.some((path) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`)),
  );
  return chosen.sort((a, b) => whole(a) - whole(b));
}

function print({ file, passed, failed, ms, failures }: FileRun): void {
  console.log(
    `${failed === 0 ? 'ok    ' : 'not ok'} ${file} (${passed} passed, ${Math.round(ms)} ms)`,
  );
  for (const failure of failures) console.log(`  ✗ ${failure}`);
}

function summarize(all: readonly FileRun[]): void {
  const sum = (field: 'passed' | 'failed' | 'skipped') =>
    all.reduce((total, run) => total + run[field], 0);
  // Nothing found is not the same as nothing wrong.
  const failed = all.length === 0 ? 1 : sum('failed');
  const broken = all.filter((run) => run.failed > 0);
  if (broken.length > 0) console.log(`\nnot ok: ${broken.map((run) => run.file).join(' ')}`);
  console.log(`\n${all.length} files in ${Math.round(process.uptime())} s`);
  const skipped = sum('skipped') === 0 ? '' : `, ${sum('skipped')} skipped`;
  console.log(`${sum('passed')} passed, ${failed} failed${skipped}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function stop(code: number): void {
  endAll();
  process.exit(code);
}
