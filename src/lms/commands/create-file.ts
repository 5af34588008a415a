import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type FileResource, fileById } from '../queries/files.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

/** A file whose bytes are on a majority already (`blobs/`). */
export interface NewFile {
  readonly file_id: string;
  /** Hex, lower case. */
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
  readonly filename: string;
}

/** For commands that bring files of their own, such as a submission with its files in one call. */
export function insertFile(tx: Tx, file: NewFile): void {
  if (fileById(tx, file.file_id) !== null) {
    throw new Refusal('already_exists', 'There is a file with this id already.');
  }
  tx.run(
    `INSERT INTO files (id, sha256, size_bytes, media_type, filename, uploaded_by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    file.file_id,
    file.sha256,
    file.size_bytes,
    file.media_type,
    file.filename,
    tx.actor.id,
    tx.committedAt,
  );
}

export const createFile = defineCommand<NewFile, FileResource>({
  kind: 'CREATE_FILE',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'file.upload');
    insertFile(tx, command);
    tx.target(command.file_id);
    return written(fileById(tx, command.file_id));
  },
});
