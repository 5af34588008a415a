import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

interface Manifest {
  readonly entries: readonly { readonly name: string; readonly sha256: string }[];
}

/**
 * The entries of an exported course by name, each compared with the digest of the manifest.
 *
 * @throws naming the entry that differs or is missing
 */
export async function readPackage(zip: Blob): Promise<Map<string, Buffer>> {
  const entries = await unzip(Buffer.from(await zip.arrayBuffer()));
  const manifest = parsed(entries, 'manifest.json') as Manifest;
  for (const { name, sha256 } of manifest.entries) {
    const bytes = entries.get(name);
    const digest = createHash('sha256')
      .update(bytes ?? '')
      .digest('hex');
    if (bytes === undefined || digest !== sha256) throw new Error(`the package lacks ${name}`);
  }
  return entries;
}

/** One entry of it as JSON. */
export function parsed(entries: ReadonlyMap<string, Buffer>, name: string): unknown {
  return JSON.parse(entries.get(name)?.toString() ?? 'null');
}

async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(bytes);
  const entries = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    entries.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return entries;
}
