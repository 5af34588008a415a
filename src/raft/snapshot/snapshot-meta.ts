import { createHash } from 'node:crypto';
import type { Configuration } from '../core/messages.ts';

/** What stands beside the bytes of a snapshot. Names as in `InstallSnapshotRequest`. */
export interface SnapshotMeta {
  readonly last_included_index: number;
  readonly last_included_term: number;
  readonly configuration: Configuration;
  /** Of the entry that the configuration came from; 0: the cluster began with it. */
  readonly configuration_index: number;
  readonly size_bytes: number;
  /** Of the file, hex. */
  readonly sha256: string;
}

/** The text of the meta file: the meta, and a checksum over it. */
export function encodeMeta(meta: SnapshotMeta): string {
  return `${JSON.stringify({ meta, checksum: checksum(meta) })}\n`;
}

/** Null when the text is damaged. */
export function decodeMeta(text: string): SnapshotMeta | null {
  try {
    const { meta, checksum: expected } = JSON.parse(text);
    return checksum(meta) === expected ? meta : null;
  } catch {
    return null;
  }
}

function checksum(meta: SnapshotMeta): string {
  return createHash('sha256').update(JSON.stringify(meta)).digest('hex');
}
