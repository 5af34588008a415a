import type { Readable } from 'node:stream';
import { isSha256 } from './lms/blobs/blob-store.ts';
import type { PeerBlobs } from './lms/blobs/peer-blobs.ts';

/** Where nodes ask each other for blobs: `PUT`, `GET` and `HEAD` `/blobs/v1/<sha256>`. */
export const BLOBS_PREFIX = '/blobs/v1/';

interface Response {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is needed of the Raft transport. */
interface PeerRequests {
  request(
    peer: string,
    request: {
      readonly method: string;
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: AsyncIterable<Uint8Array>;
      readonly signal?: AbortSignal;
    },
  ): Promise<Response>;
}

/** Blobs on other nodes, over the mutually authenticated connections of the Raft transport. */
export class TransportPeerBlobs implements PeerBlobs {
  readonly #transport: PeerRequests;

  constructor(transport: PeerRequests) {
    this.#transport = transport;
  }

  async has(peer: string, sha256: string, signal: AbortSignal): Promise<boolean> {
    const { status, body } = await this.#request(peer, 'HEAD', sha256, signal);
    await drain(body);
    if (status !== 200 && status !== 404) throw unexpected(peer, status);
    return status === 200;
  }

  async put(
    peer: string,
    blob: { readonly sha256: string; readonly size_bytes: number },
    body: Readable,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const response = await this.#transport.request(peer, {
        method: 'PUT',
        path: BLOBS_PREFIX + blob.sha256,
        headers: { 'content-length': String(blob.size_bytes) },
        body,
        signal,
      });
      await drain(response.body);
      if (response.status !== 204) throw unexpected(peer, response.status);
    } finally {
      body.destroy();
    }
  }

  async get(
    peer: string,
    sha256: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const { status, body } = await this.#request(peer, 'GET', sha256, signal);
    if (status === 200) return body;
    await drain(body);
    if (status === 404) return null;
    throw unexpected(peer, status);
  }

  #request(peer: string, method: string, sha256: string, signal: AbortSignal): Promise<Response> {
    if (!isSha256(sha256)) throw new Error(`broken invariant: not a digest: ${sha256}`);
    return this.#transport.request(peer, { method, path: BLOBS_PREFIX + sha256, signal });
  }
}

/** To its end, so that the stream is not counted as cancelled. */
async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

function unexpected(peer: string, status: number): Error {
  return new Error(`${peer} answered a request for a blob with ${status}`);
}
