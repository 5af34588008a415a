import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BlobMissing, type BlobStore } from './blob-store.ts';
import { LocalBlobStore } from './local-blob-store.ts';
import type { Membership, PeerBlobs } from './peer-blobs.ts';

export const SILENT = { error() {}, warn() {}, info() {} };

/** Nobody stops the work. */
export const GOING = new AbortController().signal;

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A body that arrives in pieces. */
export function pieces(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  return Readable.from(parts.map((part) => Buffer.from(part)));
}

/** All bytes of a stream, as text. */
export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString('latin1');
}

/** A store in a folder of its own that goes away with the test. */
export async function testStore(t: { teardown(run: () => unknown): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return { folder, store: await LocalBlobStore.open(folder, SILENT) };
}

/** Keeps `text` in the store and returns its digest. */
export async function keepText(store: BlobStore, text: string): Promise<string> {
  const staged = await store.stage(pieces(text), text.length);
  await staged.keep();
  return staged.sha256;
}

/** Paths of all files below the store's folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Other nodes without a network: each is a store, `null` while it is away. */
export class TestPeers implements PeerBlobs {
  readonly stores = new Map<string, BlobStore | null>();
  /** Calls as they came, such as `put n2`. */
  readonly calls: string[] = [];
  /** Called before each call is served; may throw, or take its time. */
  before: (call: string) => void | Promise<void> = () => {};

  membership(self: string): () => Membership {
    return () => ({
      self,
      members: [self, ...this.stores.keys()].map((id) => ({ id, voter: true })),
    });
  }

  async has(peer: string, sha256: string, signal: AbortSignal): Promise<boolean> {
    const store = await this.#reach(peer, 'has', signal);
    try {
      await store.secure(sha256);
      return true;
    } catch (error) {
      if (error instanceof BlobMissing) return false;
      throw error;
    }
  }

  async put(
    peer: string,
    blob: { readonly size_bytes: number },
    body: Readable,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const store = await this.#reach(peer, 'put', signal);
      await (await store.stage(body, blob.size_bytes)).keep();
    } finally {
      body.destroy();
    }
  }

  async get(
    peer: string,
    sha256: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | null> {
    const store = await this.#reach(peer, 'get', signal);
    if (!(await store.has(sha256))) return null;
    const blob = await store.open(sha256);
    return blob.read(0, blob.size_bytes - 1);
  }

  async #reach(peer: string, call: string, signal: AbortSignal): Promise<BlobStore> {
    this.calls.push(`${call} ${peer}`);
    await this.before(`${call} ${peer}`);
    signal.throwIfAborted();
    const store = this.stores.get(peer);
    if (store === undefined || store === null) throw new Error(`${peer} is away`);
    return store;
  }
}
