import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BlobDiskLow, BlobTooLarge, type StagedBlob } from './blob-store.ts';
import { pieceBytes } from './limits.ts';
import { syncFolder } from './sync-folder.ts';

interface Target {
  /** Folder and path where a blob of this digest belongs. */
  readonly folderOf: (sha256: string) => string;
  readonly pathOf: (sha256: string) => string;
  /** Called before a blob gets its name, and again when it has it for good. */
  readonly onKeep: (sha256: string, isDone: boolean) => void;
  readonly diskLow: () => boolean;
}

/** Writes `body` to `path`, hashing on the way, and fsyncs it; on any failure removes it. */
export async function stageFile(
  body: AsyncIterable<Uint8Array>,
  path: string,
  target: Target,
  maxBytes: number,
): Promise<StagedBlob> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* hashed() {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new BlobTooLarge(maxBytes);
      if (target.diskLow()) throw new BlobDiskLow();
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        hash.update(piece);
        yield piece;
      }
    }
  }
  const handle = await open(path, 'wx', 0o600);
  try {
    await pipeline(hashed, handle.createWriteStream({ flush: true }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return new StagedFile(path, target, hash.digest('hex'), bytes);
}

class StagedFile implements StagedBlob {
  readonly sha256: string;
  readonly size_bytes: number;
  readonly #target: Target;
  #path: string;
  #state: 'staged' | 'kept' | 'discarded' = 'staged';

  constructor(path: string, target: Target, sha256: string, bytes: number) {
    this.#path = path;
    this.#target = target;
    this.sha256 = sha256;
    this.size_bytes = bytes;
  }

  async head(maxBytes: number): Promise<Uint8Array> {
    const handle = await open(this.#path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** Opened before it is returned: a stream that fails to open would have nobody to tell. */
  async read(): Promise<Readable> {
    const handle = await open(this.#path);
    return handle.createReadStream({ highWaterMark: pieceBytes });
  }

  async keep(): Promise<void> {
    if (this.#state === 'kept') return;
    if (this.#state === 'discarded') throw new Error('broken invariant: kept after discard');
    const path = this.#target.pathOf(this.sha256);
    this.#target.onKeep(this.sha256, false);
    await rename(this.#path, path);
    this.#path = path;
    this.#state = 'kept';
    await syncFolder(this.#target.folderOf(this.sha256));
    this.#target.onKeep(this.sha256, true);
  }

  async discard(): Promise<void> {
    if (this.#state !== 'staged') return;
    this.#state = 'discarded';
    await rm(this.#path, { force: true });
  }
}
