import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MUTANTS } from '../test/mutants/all-mutants.ts';
import { type Mutant, mutate } from '../test/mutants/mutant.ts';

/**
 * Plants one bug at a time into a copy of the code, and shows what finds it: the paper's rules, the
 * transcripts, the simulator. What nothing finds is a hole in the tests.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const copied = [
  'src/raft',
  'test/simulation',
  'test/transcripts',
  'test/fixtures',
  'test/log',
  'scripts/simulate.ts',
  'package.json',
];

/** A mutant that keeps a test busy for so long is found, too. */
const hangingMs = 180_000;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '60' },
  },
});

interface Finding {
  readonly rules: readonly string[];
  readonly transcripts: number;
  readonly simulator: { readonly seeds: number; readonly by: string } | null;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const chosen = MUTANTS.filter(({ name }) => name.includes(values.only));
  let missed = 0;
  console.log('| mutant | rules | transcripts | simulator: seeds, by |');
  console.log('|---|---|---|---|');
  for (const mutant of chosen) {
    const finding = await examine(mutant);
    console.log(row(mutant, finding));
    if (!isFound(mutant, finding)) missed += 1;
  }
  console.log(`\n${chosen.length - missed} of ${chosen.length} as they should be`);
  return missed === 0 ? 0 : 1;
}

function isFound({ harmless }: Mutant, { rules, transcripts, simulator }: Finding): boolean {
  if (harmless) return simulator === null;
  return rules.length > 0 || transcripts > 0 || simulator !== null;
}

function row({ name, harmless }: Mutant, { rules, transcripts, simulator }: Finding): string {
  const bySimulator = simulator === null ? '–' : `${simulator.seeds}, ${simulator.by}`;
  const stories = transcripts === 0 ? '–' : `${transcripts}`;
  const note = harmless ? ' (harmless)' : '';
  return `| ${name}${note} | ${rules.join(' ') || '–'} | ${stories} | ${bySimulator} |`;
}

async function examine(mutant: Mutant): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const file = join(folder, 'src/raft', mutant.file);
    writeFileSync(file, mutate(mutant, readFileSync(file, 'utf8')));
    return {
      rules: await failingRules(folder, mutant),
      transcripts: await failingTranscripts(folder),
      simulator: await firstSeed(folder),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The tests of the core, and those beside the file that has the bug. */
async function failingRules(folder: string, { file }: Mutant): Promise<string[]> {
  const failing: string[] = [];
  for (const place of new Set(['core', dirname(file)])) {
    const tests = readdirSync(join(folder, 'src/raft', place)).filter((name) => {
      return name.endsWith('.test.ts') && name !== 'transcripts.test.ts';
    });
    for (const test of tests) {
      const { code } = await run(folder, [join(folder, 'src/raft', place, test)]);
      if (code !== 0) failing.push(test.replace('.test.ts', ''));
    }
  }
  return failing;
}

async function failingTranscripts(folder: string): Promise<number> {
  const { output } = await run(folder, ['src/raft/core/transcripts.test.ts']);
  return output.split('\n').filter((line) => /^not ok .*\.txt/.test(line)).length;
}

async function firstSeed(folder: string): Promise<Finding['simulator']> {
  const limits = ['--seeds', values.seeds, '--seconds', values.seconds];
  const { output, code } = await run(folder, ['scripts/simulate.ts', '--json', ...limits]);
  const line = output.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) return { seeds: 1, by: `the simulator itself breaks (${code})` };
  const result = JSON.parse(line) as { found: boolean; seeds: number; invariant?: string };
  return result.found ? { seeds: result.seeds, by: result.invariant ?? '' } : null;
}

function run(cwd: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: hangingMs,
      // A test that is busy does not take the gentle one.
      killSignal: 'SIGKILL',
    });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? 1, output: Buffer.concat(parts).toString() });
    });
  });
}
