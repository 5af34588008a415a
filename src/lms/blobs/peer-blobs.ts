import type { Readable } from 'node:stream';

/**
 * Blobs on other nodes. All reject when the peer cannot be reached, fails, or `signal` fires. The
 * receiving side hashes what it gets, so nothing here has to be believed but "durable".
 */
export interface PeerBlobs {
  /** Resolves `true` when the peer has hashed its copy just now and it is durable there. */
  has(peer: string, sha256: string, signal: AbortSignal): Promise<boolean>;
  /** Resolves when the peer has the blob fsynced under its digest. Consumes or destroys `body`. */
  put(
    peer: string,
    blob: { readonly sha256: string; readonly size_bytes: number },
    body: Readable,
    signal: AbortSignal,
  ): Promise<void>;
  /** The bytes as they come, unverified; `null` when the peer does not have them. */
  get(peer: string, sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
}

/** The members of the cluster as this node knows them now. */
export interface Membership {
  readonly self: string;
  readonly members: readonly { readonly id: string; readonly voter: boolean }[];
}
