import type { StagedBlob } from '../lms/blobs/blob-store.ts';
import type { NewFile } from '../lms/commands/create-file.ts';
import { DamagedEntry, damaged, type ZipEntries } from '../lms/imports/zip-entries.ts';
import type { PackedFile } from '../lms/queries/course-package.ts';
import type { Blobs } from './blobs.ts';
import { fileKey, packedName } from './course-package.ts';
import { newId } from './ids.ts';
import { described, stageBlob } from './uploads.ts';

/** Bytes of a package: on this disk, and nowhere else yet. */
export interface UnpackedBlob {
  readonly staged: StagedBlob;
  /** The files that are to have these bytes: one for each name that the package gives them. */
  readonly files: readonly NewFile[];
}

/**
 * Unpacks the bytes that these files have in common. `ids` gets an id for each of them, by `fileKey`.
 *
 * @throws RosterRefused when they are not the bytes of the digest; nothing stays behind
 */
export async function unpackBlob(
  blobs: Blobs,
  zip: ZipEntries,
  sha256: string,
  packed: readonly PackedFile[],
  ids: Map<string, string>,
): Promise<UnpackedBlob> {
  const staged = await stageEntry(blobs, zip, packedName(sha256));
  try {
    if (staged.sha256 !== sha256) {
      return damaged(packedName(sha256), 'it has another SHA-256 than its name says');
    }
    const { size_bytes } = staged;
    const files: NewFile[] = [];
    for (const file of packed) {
      const file_id = newId('fil');
      ids.set(fileKey(file), file_id);
      const named = await described(staged, file.filename, file.media_type);
      files.push({ file_id, sha256, size_bytes, ...named });
    }
    return { staged, files };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function stageEntry(blobs: Blobs, zip: ZipEntries, name: string): Promise<StagedBlob> {
  try {
    return await stageBlob(blobs, await zip.open(name), zip.sizeOf(name));
  } catch (error) {
    if (error instanceof DamagedEntry) return damaged(name, error.message);
    throw error;
  }
}
