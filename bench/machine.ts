import { statfsSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';

const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

/** Whether files in `folder` are in memory, where an fsync costs nothing. */
export function isInMemory(folder: string): boolean {
  return [TMPFS, RAMFS].includes(statfsSync(folder).type);
}

/** What the figures of a benchmark depend on, in one line. */
export function describeMachine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  return `${cpus().length} × ${model}, ${gib} GiB, ${process.platform} ${release()} ${arch()}, Node ${process.version}`;
}
