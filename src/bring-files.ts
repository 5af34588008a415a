import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedFile } from './backup-file.ts';
import { BlobTooLarge } from './lms/blobs/blob-store.ts';
import { LocalBlobStore } from './lms/blobs/local-blob-store.ts';
import { OperatorError } from './operator-error.ts';

interface Brought {
  readonly brought: number;
  /** What the source does not have, or not as it should be. */
  readonly lacking: readonly NamedFile[];
}

/**
 * Brings the contents that a state names into a folder like `blobs/` of a node, as far as it lacks them;
 * each is durable and has its digest, or is not there. Rejects with `OperatorError` when the folder
 * is a node's, or cannot be written.
 *
 * @param read the bytes of a file; `null`: the source has none
 */
export async function bringFiles(
  folder: string,
  files: readonly NamedFile[],
  read: (file: NamedFile) => Promise<AsyncIterable<Uint8Array> | null>,
): Promise<Brought> {
  if (existsSync(join(folder, '..', 'node.json'))) {
    throw new OperatorError(`${folder} belongs to a node, which alone may change it`);
  }
  const store = await LocalBlobStore.open(folder, console).catch((error: Error) => {
    throw new OperatorError(`${folder} cannot be written (${error.message})`, { cause: error });
  });
  const lacking: NamedFile[] = [];
  let brought = 0;
  for (const file of files) {
    if (await store.has(file.sha256)) continue;
    if (await bring(store, file, await read(file))) brought += 1;
    else lacking.push(file);
  }
  return { brought, lacking };
}

async function bring(
  store: LocalBlobStore,
  { id, sha256, size_bytes }: NamedFile,
  bytes: AsyncIterable<Uint8Array> | null,
): Promise<boolean> {
  if (bytes === null) return false;
  try {
    const staged = await store.stage(bytes, size_bytes);
    if (staged.sha256 === sha256) await staged.keep();
    await staged.discard();
    return staged.sha256 === sha256;
  } catch (error) {
    if (error instanceof BlobTooLarge) return false;
    throw new OperatorError(
      `the contents of file ${id} could not be brought (${(error as Error).message}): run it again`,
      { cause: error },
    );
  }
}
