import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BlobUnavailable } from '../lms/blobs/blob-reader.ts';
import { BlobTooLarge, type OpenBlob, type StagedBlob } from '../lms/blobs/blob-store.ts';
import type { Placement } from '../lms/blobs/replicated-blobs.ts';
import type { BlobStatus, Blobs } from './blobs.ts';

/** The bytes of files in memory, for tests of the API. */
export class MemoryBlobs implements Blobs {
  readonly kept = new Map<string, Buffer>();
  /** Blobs that were staged and neither kept nor discarded. */
  readonly staged = new Set<StagedBlob>();
  /** Blobs that were opened and neither closed nor read to the end. */
  readonly opened = new Set<OpenBlob>();
  /** What `status` says. */
  state: BlobStatus = {
    missing_files: 0,
    damaged_files: 0,
    damaged_total: 0,
    repaired_total: 0,
    collected_total: 0,
    scrubbed_bytes_total: 0,
    scrub_passes_total: 0,
    scrub_ended_at: null,
  };
  /** The log's time, as of placements. */
  logTime = () => 0;
  /** Hook for tests that need a wait or a failure. */
  beforeKeep: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();

  async stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of body) {
      bytes += part.length;
      if (bytes > maxBytes) throw new BlobTooLarge(maxBytes);
      parts.push(part);
    }
    const content = Buffer.concat(parts);
    const staged: StagedBlob = {
      sha256: createHash('sha256').update(content).digest('hex'),
      size_bytes: content.length,
      head: (maxHeadBytes) => Promise.resolve(content.subarray(0, maxHeadBytes)),
      read: () => Promise.resolve(Readable.from([content])),
      keep: () => {
        this.kept.set(staged.sha256, content);
        return staged.discard();
      },
      discard: () => {
        this.staged.delete(staged);
        return Promise.resolve();
      },
    };
    this.staged.add(staged);
    return staged;
  }

  async keep(staged: StagedBlob, signal: AbortSignal): Promise<Placement> {
    await this.beforeKeep(signal);
    await staged.keep();
    return { placed_at: this.logTime() };
  }

  status(): BlobStatus {
    return this.state;
  }

  open({ sha256 }: { readonly sha256: string }): Promise<OpenBlob> {
    const content = this.kept.get(sha256);
    if (content === undefined) return Promise.reject(new BlobUnavailable(sha256));
    const blob: OpenBlob = {
      size_bytes: content.length,
      read: (from, to) => {
        const stream = Readable.from(piecesOf(content.subarray(from, to + 1)));
        return stream.on('close', () => this.opened.delete(blob));
      },
      close: () => {
        this.opened.delete(blob);
        return Promise.resolve();
      },
    };
    this.opened.add(blob);
    return Promise.resolve(blob);
  }
}

/** As a disk gives them: whoever stops reading has not got all of it. */
function* piecesOf(content: Buffer): Generator<Buffer> {
  const pieceBytes = 64 * 1024;
  for (let at = 0; at < content.length; at += pieceBytes) {
    yield content.subarray(at, at + pieceBytes);
  }
}
