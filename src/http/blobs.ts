import type { OpenBlob, StagedBlob } from '../lms/blobs/blob-store.ts';
import type { Placement } from '../lms/blobs/replicated-blobs.ts';

/** Of this node. Totals are since it started; `missing_files` counts up to 1,000. */
export interface BlobStatus {
  readonly missing_files: number;
  readonly damaged_files: number;
  readonly damaged_total: number;
  readonly repaired_total: number;
  readonly collected_total: number;
  readonly scrubbed_bytes_total: number;
  readonly scrub_passes_total: number;
  /** Ms since the epoch. */
  readonly scrub_ended_at: number | null;
}

/** What the API needs of the store of bytes: `ReplicatedBlobs` provides it. */
export interface Blobs {
  /** Throws `BlobTooLarge` beyond `maxBytes`; whatever goes wrong, nothing stays behind. */
  stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  /** Resolves when the bytes are fsynced on a majority; throws `NoBlobMajority`. */
  keep(staged: StagedBlob, signal: AbortSignal): Promise<Placement>;
  status(): BlobStatus;
  /** Bytes that were hashed just now, from here or from a peer; throws `BlobUnavailable`. */
  open(blob: { readonly sha256: string; readonly size_bytes: number }): Promise<OpenBlob>;
}
