import { defineCommand } from '../command.ts';
import { requireOwnUpload } from '../queries/uploads.ts';
import { removeUpload } from '../remove-upload.ts';

/** Ends an upload. The file of one that is complete stays: it expires unless it is attached. */
export const deleteUpload = defineCommand<{ readonly upload_id: string }, null>({
  kind: 'DELETE_UPLOAD',
  v: 1,
  apply(tx, { upload_id: id }) {
    removeUpload(tx, requireOwnUpload(tx, tx.actor, id, tx.committedAt));
    tx.target(id);
    return null;
  },
});
