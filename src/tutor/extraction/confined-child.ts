import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extractionLimits } from '../limits.ts';
import type { DocumentKind } from './protocol.ts';

const here = dirname(fileURLToPath(import.meta.url));
const pdfModuleUrl = import.meta.resolve('pdfjs-dist/legacy/build/pdf.mjs');

/**
 * Starts the extraction child with nothing but what it needs: an empty environment (`env -i`, as
 * tools that trace processes add variables to what `spawn` is given), a neutral folder, Node's permission model (reads its own code and pdf.js; no writes, no network, no
 * processes, no native addons, no threads), a heap limit, and the kernel's limits on CPU time
 * and memory, which hold even when this node is killed and leaves the child behind.
 */
export function spawnConfinedChild(kind: DocumentKind): ChildProcess {
  const pdfFolder = join(dirname(fileURLToPath(pdfModuleUrl)), '..', '..') + sep;
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      `ulimit -t ${extractionLimits.maxCpuSeconds}; ulimit -d ${extractionLimits.maxDataKiB}; ulimit -c 0; exec /usr/bin/env -i "$0" "$@"`,
      process.execPath,
      '--permission',
      `--allow-fs-read=${here}${sep}`,
      `--allow-fs-read=${join(here, '..', 'limits.ts')}`,
      `--allow-fs-read=${pdfFolder}`,
      '--disallow-code-generation-from-strings',
      '--no-warnings',
      `--max-old-space-size=${extractionLimits.maxHeapMiB}`,
      join(here, 'child.ts'),
      kind,
      pdfModuleUrl,
    ],
    { cwd: tmpdir(), env: {}, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  if (child.pid !== undefined) lowerPriority(child.pid);
  return child;
}

/** Interactive requests come first; a system that does not let us is no reason to fail. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    return;
  }
}

/**
 * Resident memory in bytes; `null` where the system has no /proc or the process is gone.
 * `status` rather than `statm`: it counts in kB, whatever the size of the machine's pages.
 */
export async function residentBytes(pid: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'ascii');
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  } catch {
    return null;
  }
}
