import type { Readable } from 'node:stream';

/** A blob that was hashed whole just now. `close` it, or read it to its end. */
export interface OpenBlob {
  readonly size_bytes: number;
  /** Bytes `from` to `to`, both included, from the very file that was hashed; closes the blob. */
  read(from: number, to: number): Readable;
  close(): Promise<void>;
}

/** A blob on its way in: on this disk and hashed, but not found by anybody yet. */
export interface StagedBlob {
  readonly sha256: string;
  readonly size_bytes: number;
  /** The first bytes, for telling the type. */
  head(maxBytes: number): Promise<Uint8Array>;
  read(): Promise<Readable>;
  /** Makes it durable under its digest. After `discard` it throws. */
  keep(): Promise<void>;
  /** Leaves nothing behind; does nothing after `keep`. */
  discard(): Promise<void>;
}

/** Bytes by their SHA-256 (64 hex digits, lower case). */
export interface BlobStore {
  /**
   * Takes bytes in as they come and fsyncs them. Whatever goes wrong, nothing stays behind.
   *
   * @throws BlobTooLarge as soon as there are more than `maxBytes`, BlobDiskLow as soon as the disk is low
   */
  stage(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  /** Whether there is a blob of this name; its bytes are not looked at. */
  has(sha256: string): Promise<boolean>;
  /**
   * Hashes the blob whole, then opens it.
   *
   * @throws BlobMissing, and BlobDamaged when the bytes are not those of the digest: then they were
   *   moved aside and the blob is missing from now on
   */
  open(sha256: string): Promise<OpenBlob>;
  /** Hashes the blob whole and makes sure that a power cut cannot take it. Throws like `open`. */
  secure(sha256: string): Promise<void>;
}

export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the body has more than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** The disk's reserve is touched: nothing is taken in until there is room again. */
export class BlobDiskLow extends Error {
  override readonly name = 'BlobDiskLow';

  constructor() {
    super('the disk of this node is nearly full');
  }
}

export class BlobMissing extends Error {
  override readonly name = 'BlobMissing';

  constructor(sha256: string) {
    super(`there is no blob ${sha256} on this node`);
  }
}

export class BlobDamaged extends Error {
  override readonly name = 'BlobDamaged';

  constructor(sha256: string, reason: string) {
    super(`blob ${sha256} is damaged (${reason}) and was moved to quarantine/`);
  }
}

const SHA256 = /^[0-9a-f]{64}$/;

export function isSha256(text: string): boolean {
  return SHA256.test(text);
}
