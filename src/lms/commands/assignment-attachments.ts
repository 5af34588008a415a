import { linkFile, unlinkFile } from '../file-links.ts';
import { maxAttachmentsPerAssignment } from '../limits.ts';
import { filesOf } from '../queries/files.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

/** Makes the files of an assignment the ones that are named: links new ones, unlinks the others. */
export function setAttachments(
  tx: Tx,
  assignment: { readonly id: string; readonly course_id: string },
  fileIds: readonly string[],
): void {
  if (fileIds.length > maxAttachmentsPerAssignment) {
    const detail = `An assignment has at most ${maxAttachmentsPerAssignment} attachments.`;
    throw new Refusal('invalid_value', detail, {
      errors: [{ pointer: '/attachments', code: 'too_many_files', detail }],
    });
  }
  for (const { id } of filesOf(tx, 'assignment', assignment.id)) {
    if (!fileIds.includes(id)) unlinkFile(tx, 'assignment', assignment.id, id);
  }
  fileIds.forEach((fileId, n) => {
    linkFile(
      tx,
      {
        file_id: fileId,
        kind: 'assignment',
        object_id: assignment.id,
        course_id: assignment.course_id,
      },
      `/attachments/${n}`,
    );
  });
}
