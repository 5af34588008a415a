import type { Readable } from 'node:stream';
import { BLOBS_PREFIX } from './blob-peers.ts';
import {
  BlobDamaged,
  BlobDiskLow,
  BlobMissing,
  type BlobStore,
  BlobTooLarge,
  isSha256,
} from './lms/blobs/blob-store.ts';

interface BlobRequest {
  readonly from: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the peer went away, or has everything. */
  readonly signal: AbortSignal;
}

interface BlobResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

interface Logger {
  warn(details: object, message: string): void;
}

/**
 * Serves this node's blobs to its peers and takes theirs. Bytes leave only after they were hashed,
 * and are kept only when they fit their name.
 */
export function blobHandler(store: BlobStore, maxBytes: number, logger: Logger) {
  return async (request: BlobRequest): Promise<BlobResponse> => {
    const sha256 = request.path.slice(BLOBS_PREFIX.length);
    if (!isSha256(sha256)) return { status: 404 };
    try {
      if (request.method === 'PUT') return await take(store, sha256, request, maxBytes, logger);
      if (request.method === 'HEAD') return await prove(store, sha256);
      if (request.method === 'GET') return await give(store, sha256, request.signal);
      return { status: 405, headers: { allow: 'GET, HEAD, PUT' } };
    } catch (error) {
      if (error instanceof BlobMissing || error instanceof BlobDamaged) return { status: 404 };
      if (error instanceof BlobTooLarge) return { status: 413 };
      if (error instanceof BlobDiskLow) return { status: 507 };
      throw error;
    }
  };
}

async function take(
  store: BlobStore,
  sha256: string,
  { from, headers, body }: BlobRequest,
  maxBytes: number,
  logger: Logger,
): Promise<BlobResponse> {
  const length = lengthOf(headers['content-length']);
  if (length === null) return { status: 411 };
  if (length > maxBytes) return { status: 413 };
  const staged = await store.stage(body, length);
  if (staged.sha256 === sha256) {
    await staged.keep();
    return { status: 204 };
  }
  await staged.discard();
  logger.warn({ peer: from, sha256, found: staged.sha256 }, 'a peer sent bytes of another digest');
  return { status: 422 };
}

async function prove(store: BlobStore, sha256: string): Promise<BlobResponse> {
  await store.secure(sha256);
  return { status: 200 };
}

async function give(store: BlobStore, sha256: string, signal: AbortSignal): Promise<BlobResponse> {
  const blob = await store.open(sha256);
  const body = blob.read(0, blob.size_bytes - 1);
  // Nobody reads the body of a response whose peer is gone, and the file would stay open.
  if (signal.aborted) body.destroy();
  else signal.addEventListener('abort', () => body.destroy(), { once: true });
  return { status: 200, headers: { 'content-length': String(blob.size_bytes) }, body };
}

function lengthOf(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null;
}
