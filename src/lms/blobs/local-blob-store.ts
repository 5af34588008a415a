import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { access, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  BlobDamaged,
  BlobMissing,
  type BlobStore,
  isSha256,
  type OpenBlob,
  type StagedBlob,
} from './blob-store.ts';
import { hashFile } from './hash-file.ts';
import { pieceBytes } from './limits.ts';
import { stageFile } from './staged-file.ts';
import { syncFolder } from './sync-folder.ts';

/** What happens to blobs, for whoever has to know. */
export interface BlobEvents {
  /** It is placed here, or a writer was told that it is here. */
  used(sha256: string): void;
  /** Good bytes are there. */
  kept(sha256: string): void;
  /** It was moved aside. */
  foundDamaged(sha256: string): void;
}

interface Logger {
  error(details: object, message: string): void;
}

const SHARDS = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));

/** Blobs in the folders of a local disk: `<folder>/ab/abcd…`. One process per folder. */
export class LocalBlobStore implements BlobStore {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #diskLow: () => boolean;
  /** `00` to `ff`: what the names of blobs begin with. */
  readonly shards: readonly string[] = SHARDS;
  events: BlobEvents = { used() {}, kept() {}, foundDamaged() {} };

  private constructor(folder: string, logger: Logger, diskLow: () => boolean) {
    this.#folder = folder;
    this.#logger = logger;
    this.#diskLow = diskLow;
  }

  /** Makes the folders where they are missing and removes what a dead process left half written. */
  static async open(
    folder: string,
    logger: Logger,
    diskLow: () => boolean = () => false,
  ): Promise<LocalBlobStore> {
    const tmp = join(folder, 'tmp');
    for (const name of ['tmp', 'quarantine', ...SHARDS]) {
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    }
    await syncFolder(folder);
    for (const name of await readdir(tmp)) await rm(join(tmp, name), { force: true });
    return new LocalBlobStore(folder, logger, diskLow);
  }

  stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob> {
    const path = join(this.#folder, 'tmp', randomUUID());
    const target = {
      folderOf: (sha256: string) => this.#shard(sha256),
      pathOf: (sha256: string) => this.#path(sha256),
      diskLow: this.#diskLow,
      onKeep: (sha256: string, isDone: boolean) => {
        this.events.used(sha256);
        if (isDone) this.events.kept(sha256);
      },
    };
    return stageFile(body, path, target, maxBytes);
  }

  async has(sha256: string): Promise<boolean> {
    try {
      await access(this.#path(sha256));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async open(sha256: string): Promise<OpenBlob> {
    const handle = await this.#openVerified(sha256);
    const { size } = await handle.stat();
    return new OpenFile(handle, size);
  }

  async secure(sha256: string): Promise<void> {
    this.events.used(sha256);
    const handle = await this.#openVerified(sha256);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(this.#shard(sha256));
  }

  /** Hashes the blob whole, at this pace. Throws like `open`. */
  async verify(sha256: string, pace: (bytes: number) => Promise<void>): Promise<void> {
    await (await this.#openVerified(sha256, pace)).close();
  }

  /** Digests of the blobs whose names begin so, in order. */
  async list(shard: string): Promise<string[]> {
    return (await readdir(join(this.#folder, shard))).filter(isSha256).sort();
  }

  /**
   * Removes the blob unless it is needed, which is asked in the same turn of the event loop. Who has it
   * open reads on. Resolves with whether it was removed.
   */
  async remove(sha256: string, isNeeded: () => boolean): Promise<boolean> {
    const path = this.#path(sha256);
    const aside = join(this.#folder, 'tmp', randomUUID());
    if (isNeeded() || !existsSync(path)) return false;
    renameSync(path, aside);
    await rm(aside, { force: true });
    return true;
  }

  async #openVerified(
    sha256: string,
    pace?: (bytes: number) => Promise<void>,
  ): Promise<FileHandle> {
    const handle = await this.#openFile(sha256);
    let reason: string | null;
    try {
      reason = await damage(handle, sha256, pace);
    } catch (error) {
      await handle.close();
      throw error;
    }
    if (reason === null) return handle;
    await this.#quarantine(handle, sha256, reason);
    throw new BlobDamaged(sha256, reason);
  }

  async #openFile(sha256: string): Promise<FileHandle> {
    try {
      return await open(this.#path(sha256), 'r');
    } catch (error) {
      throw codeOf(error) === 'ENOENT' ? new BlobMissing(sha256) : error;
    }
  }

  /** Moves the blob aside, unless another one has taken its place since it was opened. */
  async #quarantine(handle: FileHandle, sha256: string, reason: string): Promise<void> {
    const damaged = await handle.stat();
    await handle.close();
    const present = await stat(this.#path(sha256)).catch(() => null);
    if (present?.ino !== damaged.ino) return;
    const aside = join(this.#folder, 'quarantine', `${sha256}.${randomUUID()}`);
    await rename(this.#path(sha256), aside);
    this.events.foundDamaged(sha256);
    this.#logger.error(
      { sha256, reason, moved_to: aside },
      'a blob is damaged and was moved aside',
    );
  }

  #shard(sha256: string): string {
    if (!isSha256(sha256)) throw new Error(`broken invariant: not a digest: ${sha256}`);
    return join(this.#folder, sha256.slice(0, 2));
  }

  #path(sha256: string): string {
    return join(this.#shard(sha256), sha256);
  }
}

class OpenFile implements OpenBlob {
  readonly size_bytes: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size_bytes = size;
  }

  read(from: number, to: number): Readable {
    // Of an empty blob `to` is -1, which is no position; reading on at its end gives nothing.
    const end = Math.max(from, to);
    return this.#handle.createReadStream({ start: from, end, highWaterMark: pieceBytes });
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What is wrong with the bytes, `null` when nothing is. */
async function damage(
  handle: FileHandle,
  sha256: string,
  pace?: (bytes: number) => Promise<void>,
): Promise<string | null> {
  try {
    const found = await hashFile(handle, pace);
    return found === sha256 ? null : `its bytes have the digest ${found}`;
  } catch (error) {
    if (codeOf(error) === 'EIO') return 'the disk cannot read it';
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
