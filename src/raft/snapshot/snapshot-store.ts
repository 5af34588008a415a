import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { syncAndHash, syncFolder, writeDurably } from './durable-file.ts';
import { decodeMeta, encodeMeta, type SnapshotMeta } from './snapshot-meta.ts';

/** A snapshot on this disk. Its file never changes, and stays readable to who has it open. */
export interface Snapshot extends SnapshotMeta {
  readonly path: string;
}

type StoreLogger = Pick<Logger, 'info' | 'warn' | 'error'>;

const TAKING_NAME = 'taking.tmp';
/** Of a snapshot on its way here: it may go on after a restart, see `IncomingSnapshot`. */
const INCOMING_PREFIX = 'incoming.';

/**
 * The snapshots of one node: `<index>-<term>.db`, and beside each a `.json` with its meta, written
 * last. A file without the other is what a crash left, and goes when the folder is opened.
 */
export class SnapshotStore {
  readonly folder: string;
  readonly #logger: StoreLogger;
  /** By index, the newest first. */
  #snapshots: Snapshot[];
  /** Checked against their digests in this process. */
  readonly #intact = new Set<Snapshot>();

  private constructor(folder: string, snapshots: Snapshot[], logger: StoreLogger) {
    this.folder = folder;
    this.#snapshots = snapshots;
    this.#logger = logger;
  }

  static async open(folder: string, logger: StoreLogger): Promise<SnapshotStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const names = new Set(await readdir(folder));
    const snapshots: Snapshot[] = [];
    for (const name of names) {
      const snapshot = await snapshotOf(folder, name, names);
      if (snapshot !== null) snapshots.push(snapshot);
    }
    const kept = new Set(snapshots.flatMap((one) => [one.path, metaPathOf(one.path)]));
    for (const name of names) {
      const path = join(folder, name);
      if (kept.has(path) || name.startsWith(INCOMING_PREFIX)) continue;
      logger.warn({ path }, 'removed what is no whole snapshot');
      await rm(path);
    }
    await syncFolder(folder);
    snapshots.sort(newestFirst);
    return new SnapshotStore(folder, snapshots, logger);
  }

  get newest(): Snapshot | null {
    return this.#snapshots[0] ?? null;
  }

  /** Without those that are ahead of this node's state: they were received and never installed. */
  newestUpTo(index: number): Snapshot | null {
    return this.#snapshots.find((one) => one.last_included_index <= index) ?? null;
  }

  /** Where to write the next snapshot before it is `add`ed. One at a time. */
  get takingPath(): string {
    return join(this.folder, TAKING_NAME);
  }

  find(index: number, term: number): Snapshot | null {
    return (
      this.#snapshots.find((one) => {
        return one.last_included_index === index && one.last_included_term === term;
      }) ?? null
    );
  }

  /**
   * Takes over a whole file, durably: before it returns, a crash leaves no trace of it. The caller
   * has fsynced the file. One with the same index and term takes the place of the other.
   */
  async add(file: string, meta: SnapshotMeta): Promise<Snapshot> {
    const { last_included_index: index, last_included_term: term } = meta;
    const path = join(this.folder, `${index}-${term}.db`);
    const before = this.find(index, term);
    if (before !== null) await this.#remove(before);
    await rename(file, path);
    await writeDurably(`${metaPathOf(path)}.tmp`, encodeMeta(meta));
    await syncFolder(this.folder);
    await rename(`${metaPathOf(path)}.tmp`, metaPathOf(path));
    await syncFolder(this.folder);
    const snapshot = { ...meta, path };
    this.#snapshots = [...this.#snapshots, snapshot].sort(newestFirst);
    this.#intact.add(snapshot);
    return snapshot;
  }

  /**
   * The newest one that `fits` and whose bytes have their digest. A damaged one is removed: it is of
   * no use to anyone.
   */
  async newestIntact(fits: (snapshot: Snapshot) => boolean): Promise<Snapshot | null> {
    for (const snapshot of this.#snapshots.filter(fits)) {
      if (this.#intact.has(snapshot) || (await this.#verify(snapshot))) return snapshot;
    }
    return null;
  }

  /** Somebody found its bytes to be others: look again before it is used. */
  doubt(snapshot: Snapshot): void {
    this.#intact.delete(snapshot);
  }

  /**
   * This node's log begins behind the snapshot of `index`, or does not reach back much further. What
   * is older than that one goes, but for one: should its file be damaged, there is another.
   */
  async relyOn(index: number): Promise<void> {
    const upTo = this.#snapshots.filter((one) => one.last_included_index <= index);
    for (const snapshot of upTo.slice(2)) await this.#remove(snapshot);
  }

  async #verify(snapshot: Snapshot): Promise<boolean> {
    const found = await syncAndHash(snapshot.path).catch((error: Error) => error);
    const { size_bytes, sha256 } = snapshot;
    if (!(found instanceof Error) && found.size_bytes === size_bytes && found.sha256 === sha256) {
      this.#intact.add(snapshot);
      return true;
    }
    const { path } = snapshot;
    this.#logger.error({ path, expected: sha256, found }, 'a snapshot is damaged and was removed');
    await this.#remove(snapshot);
    return false;
  }

  /** The meta first: a file without it is no snapshot. */
  async #remove(snapshot: Snapshot): Promise<void> {
    this.#snapshots = this.#snapshots.filter((one) => one !== snapshot);
    this.#intact.delete(snapshot);
    await rm(metaPathOf(snapshot.path), { force: true });
    await syncFolder(this.folder);
    await rm(snapshot.path, { force: true });
  }
}

/** The snapshot whose meta file has this name; null when it is another file, or not whole. */
async function snapshotOf(
  folder: string,
  name: string,
  names: ReadonlySet<string>,
): Promise<Snapshot | null> {
  const [, stem] = /^(\d+-\d+)\.json$/.exec(name) ?? [];
  if (stem === undefined || !names.has(`${stem}.db`)) return null;
  const meta = decodeMeta(await readFile(join(folder, name), 'utf8'));
  if (meta === null || stem !== `${meta.last_included_index}-${meta.last_included_term}`)
    return null;
  return { ...meta, path: join(folder, `${stem}.db`) };
}

function metaPathOf(path: string): string {
  return path.replace(/\.db$/, '.json');
}

function newestFirst(a: Snapshot, b: Snapshot): number {
  return b.last_included_index - a.last_included_index;
}
