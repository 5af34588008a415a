import type { EffectiveDates } from '../effective-dates.ts';
import { lateMs } from '../lateness.ts';
import type { Reader } from '../reader.ts';
import { toRfc3339 } from '../time.ts';
import type { AttachedFile } from './files.ts';
import { receiptId } from './receipts.ts';

interface AttemptRow {
  readonly number: number;
  readonly text_md: string | null;
  readonly received_at: number;
  readonly committed_at: number;
  readonly counted_at: number;
  readonly clock_suspect: 0 | 1;
  readonly log_index: number;
}

/** One attempt, immutable but for `late_ms`, which follows the due date. */
export interface Attempt {
  readonly number: number;
  readonly text_md: string | null;
  readonly files: AttachedFile[];
  readonly received_at: string;
  readonly committed_at: string;
  readonly late_ms: number;
  readonly clock_suspect: boolean;
  /** Of the log entry that made it; the chain hash of that entry is in the journal. */
  readonly log_index: number;
  readonly receipt_id: string;
}

/**
 * @param dates that hold for whose submission it is
 * @param only the attempt of this number, all without it
 */
export function attemptsOf(
  reader: Reader,
  submissionId: string,
  dates: Pick<EffectiveDates, 'due_at' | 'grace_seconds'>,
  only?: number,
): Attempt[] {
  const rows = reader.all<AttemptRow>(
    `SELECT number, text_md, received_at, committed_at, counted_at, clock_suspect, log_index
       FROM attempts WHERE submission = (SELECT sequence FROM submissions WHERE id = ?)
        AND number BETWEEN ? AND ? ORDER BY number`,
    submissionId,
    only ?? 1,
    only ?? Number.MAX_SAFE_INTEGER,
  );
  return rows.map((row) => ({
    number: row.number,
    text_md: row.text_md,
    files: filesOfAttempt(reader, submissionId, row.number),
    received_at: toRfc3339(row.received_at),
    committed_at: toRfc3339(row.committed_at),
    late_ms: lateMs(row.counted_at, dates),
    clock_suspect: row.clock_suspect === 1,
    log_index: row.log_index,
    receipt_id: receiptId(submissionId, row.number),
  }));
}

function filesOfAttempt(reader: Reader, submissionId: string, number: number): AttachedFile[] {
  return reader
    .all<AttachedFile>(
      `SELECT f.id, f.filename, f.media_type, f.size_bytes, f.sha256
         FROM attempt_files t JOIN files f ON f.id = t.file_id
        WHERE t.submission = (SELECT sequence FROM submissions WHERE id = ?) AND t.number = ? ORDER BY t.position`,
      submissionId,
      number,
    )
    .map((row) => ({ ...row }));
}
