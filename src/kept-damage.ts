import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
const lookEveryMs = hourMs;
/** Whoever looks for the cause finds it for at least this long, however much there is. */
const keptAtLeastMs = dayMs;
const keptAtMostMs = 30 * dayMs;
/** In each place; of what is beyond, the oldest go first. */
const keptFiles = 10;

interface Place {
  readonly folder: string;
  readonly names: RegExp;
  /** Where the good copy is, when there is one; without this there always is. */
  readonly goodCopy?: (name: string) => string;
}

/** Where the parts of a node set aside what they found damaged, under names that nothing else has. */
const PLACES: readonly Place[] = [
  { folder: '.', names: /^lms\.db\.damaged(\.\d)?$/ },
  { folder: 'wal', names: /\.broken$/ },
  {
    folder: join('blobs', 'quarantine'),
    names: /^[0-9a-f]{64}\./,
    goodCopy: (name) => join('blobs', name.slice(0, 2), name.slice(0, 64)),
  },
];

interface KeptFile {
  readonly path: string;
  readonly size_bytes: number;
  /** Ms since the epoch. */
  readonly set_aside_at: number;
}

type Log = Pick<Logger, 'info' | 'warn'>;

/**
 * Removes what was found damaged in a data folder when it is old, or too much, until `signal` fires. A
 * file that no good copy has taken the place of may be the last that there is, and stays.
 */
export async function boundKeptDamage(
  folder: string,
  logger: Log,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await removeKeptDamage(folder, logger, Date.now());
    } catch (error) {
      logger.warn(
        { err: error },
        'what was set aside as damaged could not be removed; tried again',
      );
    }
    await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Once over the folder, at the time `now`. */
export async function removeKeptDamage(folder: string, logger: Log, now: number): Promise<void> {
  for (const place of PLACES) {
    const files = await keptFilesIn(folder, place);
    const newestFirst = files.sort((a, b) => b.set_aside_at - a.set_aside_at);
    for (const [n, { path, size_bytes, set_aside_at }] of newestFirst.entries()) {
      const keptMs = now - set_aside_at;
      if (keptMs <= (n < keptFiles ? keptAtMostMs : keptAtLeastMs)) continue;
      await rm(path, { force: true });
      const since = new Date(set_aside_at);
      logger.info({ path, size_bytes, since }, 'what was set aside as damaged is removed');
    }
  }
}

async function keptFilesIn(folder: string, place: Place): Promise<KeptFile[]> {
  const { goodCopy, names } = place;
  const found = (await readdir(join(folder, place.folder))).filter(
    (name) =>
      names.test(name) && (goodCopy === undefined || existsSync(join(folder, goodCopy(name)))),
  );
  return await Promise.all(
    found.map(async (name) => {
      const path = join(folder, place.folder, name);
      // A file that is moved aside keeps the time of its last write, but not that of its last change.
      const { size, ctimeMs } = await stat(path);
      return { path, size_bytes: size, set_aside_at: ctimeMs };
    }),
  );
}
