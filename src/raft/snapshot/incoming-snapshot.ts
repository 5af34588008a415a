import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncAndHash, syncFolder, writeDurably } from './durable-file.ts';
import type { SnapshotMeta } from './snapshot-meta.ts';
import type { Snapshot, SnapshotStore } from './snapshot-store.ts';

/** What names a snapshot on its way: whoever sends the same bytes goes on where the last one ended. */
export type IncomingHead = Omit<SnapshotMeta, 'size_bytes'>;

/** The part of a snapshot that has arrived: a file that grows, and beside it what it is going to be. */
export class IncomingSnapshot {
  readonly head: IncomingHead;
  readonly #store: SnapshotStore;
  readonly #handle: FileHandle;
  #size: number;

  private constructor(store: SnapshotStore, head: IncomingHead, handle: FileHandle, size: number) {
    this.#store = store;
    this.head = head;
    this.#handle = handle;
    this.#size = size;
  }

  static async begin(store: SnapshotStore, head: IncomingHead): Promise<IncomingSnapshot> {
    const { part, text } = paths(store);
    await rm(text, { force: true });
    const handle = await open(part, 'w+', 0o600);
    try {
      await writeDurably(`${text}.tmp`, JSON.stringify(head));
      await rename(`${text}.tmp`, text);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new IncomingSnapshot(store, head, handle, 0);
  }

  /** What an earlier process left; null when that is nothing. Its bytes are judged by the digest. */
  static async resume(store: SnapshotStore): Promise<IncomingSnapshot | null> {
    const { part, text } = paths(store);
    try {
      const head = JSON.parse(await readFile(text, 'utf8'));
      const handle = await open(part, 'r+');
      const { size } = await handle.stat();
      return new IncomingSnapshot(store, head, handle, size);
    } catch {
      await rm(text, { force: true });
      await rm(part, { force: true });
      return null;
    }
  }

  /** Where the next bytes belong. */
  get size(): number {
    return this.#size;
  }

  isOf({ last_included_index: index, last_included_term: term, sha256 }: IncomingHead): boolean {
    const { head } = this;
    const sameEntry = head.last_included_index === index && head.last_included_term === term;
    return sameEntry && head.sha256 === sha256;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, done, null, this.#size);
      done += bytesWritten;
      this.#size += bytesWritten;
    }
  }

  /**
   * All is here: durable and in the store, or, when it is not what it should be, gone. When it rejects
   * it is neither: it must be discarded.
   */
  async finish(): Promise<Snapshot | null> {
    const { part, text } = paths(this.#store);
    const { size_bytes, sha256 } = await syncAndHash(part);
    if (sha256 !== this.head.sha256) {
      await this.discard();
      return null;
    }
    await this.#handle.close();
    await rm(text, { force: true });
    return this.#store.add(part, { ...this.head, size_bytes });
  }

  async discard(): Promise<void> {
    const { part, text } = paths(this.#store);
    await this.#handle.close();
    await rm(text, { force: true });
    await rm(part, { force: true });
    await syncFolder(this.#store.folder);
  }

  /** What has arrived stays for the next process. */
  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function paths({ folder }: SnapshotStore): { readonly part: string; readonly text: string } {
  return { part: join(folder, 'incoming.part'), text: join(folder, 'incoming.json') };
}
