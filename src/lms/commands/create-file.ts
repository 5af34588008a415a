import { requireFreshPlacement } from '../blob-placement.ts';
import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import { type FileResource, fileById } from '../queries/files.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { takeRoom, type UploadQuota } from '../upload-usage.ts';
import { written } from '../written.ts';

/** A file whose bytes are on a majority already (`blobs/`). */
export interface NewFile {
  readonly file_id: string;
  /** Hex, lower case. */
  readonly sha256: string;
  readonly size_bytes: number;
  readonly media_type: string;
  readonly filename: string;
  /** See `requireFreshPlacement`. */
  readonly placed_at?: number;
}

/**
 * @param keepUnattachedMs how long it is kept while it is attached to nothing; `null`: for ever
 * @param then whether it waits to be attached, and has taken room in its uploader's quota
 */
export function insertFile(
  tx: Tx,
  file: NewFile,
  keepUnattachedMs: number | null = null,
  then: 'waits' | 'attached at once' = 'waits',
): void {
  requireFreshPlacement(tx, file.placed_at);
  if (tx.get('SELECT 1 FROM files WHERE id = ?', file.file_id) !== undefined) {
    throw new Refusal('already_exists', 'There is a file with this id already.');
  }
  tx.run(
    `INSERT INTO files (id, sha256, size_bytes, media_type, filename, uploaded_by, created_at,
       keep_unattached_ms, expires_at, in_quota)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    file.file_id,
    file.sha256,
    file.size_bytes,
    file.media_type,
    file.filename,
    tx.actor.id,
    tx.committedAt,
    keepUnattachedMs,
    keepUnattachedMs === null ? null : tx.committedAt + keepUnattachedMs,
    keepUnattachedMs !== null && then === 'waits' ? 1 : 0,
  );
}

export interface CreateFile extends NewFile {
  /** The file expires when it is attached to nothing for so long; absent: never, and no quota. */
  readonly unattached?: UploadQuota & { readonly keep_ms: number };
}

export const createFile = defineCommand<CreateFile, FileResource>({
  kind: 'CREATE_FILE',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'file.upload');
    const { unattached } = command;
    if (unattached !== undefined) takeRoom(tx, command.size_bytes, unattached);
    insertFile(tx, command, unattached?.keep_ms ?? null);
    tx.target(command.file_id);
    return written(fileById(tx, command.file_id));
  },
});
