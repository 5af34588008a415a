import { createHash } from 'node:crypto';
import type { ReceiptFacts } from '../../receipts/receipt-claims.ts';
import type { Reader } from '../reader.ts';
import { Refusal } from '../refusal.ts';
import { toRfc3339 } from '../time.ts';
import type { Actor } from '../tx.ts';
import { requireReadableSubmission } from './submission-access.ts';

interface FactRow {
  readonly course_id: string;
  readonly assignment_id: string;
  readonly student_id: string;
  readonly text_md: string | null;
  readonly received_at: number;
  readonly committed_at: number;
  readonly counted_at: number;
  readonly log_index: number;
  readonly chain_hash: Uint8Array;
}

/** Of an attempt: receipts are stored nowhere, so their ids say where the facts are. */
export function receiptId(submissionId: string, attempt: number): string {
  return `rcp_${submissionId.replace(/^sub_/, '')}_${attempt}`;
}

/** What the receipt of an attempt says; `null` when there is no such attempt. */
export function receiptFacts(
  reader: Reader,
  submissionId: string,
  attempt: number,
): ReceiptFacts | null {
  const row = reader.get<FactRow>(
    `SELECT s.course_id, s.assignment_id, s.student_id, t.text_md, t.received_at, t.committed_at,
            t.counted_at, t.log_index, j.chain_hash
       FROM attempts t
       JOIN submissions s ON s.sequence = t.submission
       JOIN journal j ON j.log_index = t.log_index
      WHERE s.id = ? AND t.number = ?`,
    submissionId,
    attempt,
  );
  if (row === undefined) return null;
  return {
    jti: receiptId(submissionId, attempt),
    sub: row.student_id,
    course_id: row.course_id,
    assignment_id: row.assignment_id,
    submission_id: submissionId,
    attempt,
    text_sha256:
      row.text_md === null ? null : createHash('sha256').update(row.text_md, 'utf8').digest('hex'),
    files: filesHandedIn(reader, submissionId, attempt),
    received_at: toRfc3339(row.received_at),
    committed_at: toRfc3339(row.committed_at),
    counted_at: toRfc3339(row.counted_at),
    log_index: row.log_index,
    chain_hash: Buffer.from(row.chain_hash).toString('hex'),
  };
}

/** For whose submission it is and for staff; `not_found` for all others. */
export function getReceiptFacts(reader: Reader, actor: Actor, id: string): ReceiptFacts {
  const [, submission = '', attempt = ''] = /^rcp_(.+)_([1-9]\d{0,8})$/.exec(id) ?? [];
  requireReadableSubmission(reader, actor, `sub_${submission}`);
  const facts = receiptFacts(reader, `sub_${submission}`, Number(attempt));
  if (facts === null) {
    throw new Refusal('not_found', 'The submission has no attempt of this number.');
  }
  return facts;
}

/** Whether the log has this entry as the receipt says: not so when it was lost or changed. */
export function isInLog(
  reader: Reader,
  { log_index, chain_hash }: Pick<ReceiptFacts, 'log_index' | 'chain_hash'>,
): boolean {
  const row = reader.get<{ chain_hash: Uint8Array }>(
    'SELECT chain_hash FROM journal WHERE log_index = ?',
    log_index,
  );
  return row !== undefined && Buffer.from(row.chain_hash).toString('hex') === chain_hash;
}

function filesHandedIn(reader: Reader, submissionId: string, attempt: number) {
  return reader
    .all<{ file_id: string; filename: string; size_bytes: number; sha256: string }>(
      `SELECT f.id AS file_id, f.filename, f.size_bytes, f.sha256
         FROM attempt_files t JOIN files f ON f.id = t.file_id
        WHERE t.submission = (SELECT sequence FROM submissions WHERE id = ?) AND t.number = ? ORDER BY t.position`,
      submissionId,
      attempt,
    )
    .map((row) => ({ ...row }));
}
