import type { OpenBlob, StagedBlob } from '../lms/blobs/blob-store.ts';
import type { Placement } from '../lms/blobs/replicated-blobs.ts';

/** What the API needs of the store of bytes: `ReplicatedBlobs` provides it. */
export interface Blobs {
  /** Throws `BlobTooLarge` beyond `maxBytes`; whatever goes wrong, nothing stays behind. */
  stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  /** Resolves when the bytes are fsynced on a majority; throws `NoBlobMajority`. */
  keep(staged: StagedBlob, signal: AbortSignal): Promise<Placement>;
  /** Bytes that were hashed just now, from here or from a peer; throws `BlobUnavailable`. */
  open(blob: { readonly sha256: string; readonly size_bytes: number }): Promise<OpenBlob>;
}
