import type { Reader } from '../reader.ts';

/** A material that waits for its text, or whose reader may have died. */
export interface ExtractionJob {
  readonly material_id: string;
  /** Where its bytes are; `null` where the material is a text. */
  readonly file: {
    readonly sha256: string;
    readonly size_bytes: number;
    readonly filename: string;
    readonly media_type: string;
  } | null;
  readonly text_md: string | null;
  /** Ms since the epoch, by the log's time; `null` when a run had it and is dead. */
  readonly queued_since: number | null;
}

interface Row {
  readonly material_id: string;
  readonly text_md: string | null;
  readonly sha256: string | null;
  readonly size_bytes: number;
  readonly filename: string;
  readonly media_type: string;
  readonly queued_since: number | null;
}

/**
 * Jobs that this node may claim, oldest first: queued ones, those whose lease is over by the given
 * time, and its own, which a restart has interrupted. Whether it gets one is decided by
 * CLAIM_EXTRACTION.
 *
 * @param now ms since the epoch
 */
export function claimableJobs(
  reader: Reader,
  nodeId: string,
  now: number,
  limit: number,
): ExtractionJob[] {
  const rows = reader.all<Row>(
    `SELECT m.id AS material_id, m.text_md, f.sha256, f.size_bytes, f.filename, f.media_type,
            CASE m.extraction_state WHEN 'queued' THEN m.created_at END AS queued_since
       FROM materials m LEFT JOIN files f ON f.id = m.file_id
      WHERE m.extraction_state IN ('queued', 'extracting') AND m.deleted_at IS NULL
        AND (m.extraction_state = 'queued' OR m.lease_until <= ? OR m.claimed_by = ?)
      ORDER BY m.id LIMIT ?`,
    now,
    nodeId,
    limit,
  );
  return rows.map(toJob);
}

function toJob(row: Row): ExtractionJob {
  const { material_id, text_md, queued_since, sha256, size_bytes, filename, media_type } = row;
  const file = sha256 === null ? null : { sha256, size_bytes, filename, media_type };
  return { material_id, text_md, queued_since, file };
}
