import type { Reader } from '../reader.ts';

/** The size of the blob that a file or a part of an upload names; `null` when nothing needs it. */
export function namedBlobBytes(reader: Reader, sha256: string): number | null {
  const row =
    reader.get<{ size_bytes: number }>(
      'SELECT size_bytes FROM files WHERE sha256 = ? AND expired_at IS NULL LIMIT 1',
      sha256,
    ) ??
    reader.get<{ size_bytes: number }>(
      'SELECT size_bytes FROM upload_parts WHERE sha256 = ? LIMIT 1',
      sha256,
    );
  return row?.size_bytes ?? null;
}

/** The log's time, as far as this node has applied it: ms. */
export function logTime(reader: Reader): number {
  const row = reader.get<{ committed_at: number }>(
    'SELECT committed_at FROM journal ORDER BY log_index DESC LIMIT 1',
  );
  return row?.committed_at ?? 0;
}
