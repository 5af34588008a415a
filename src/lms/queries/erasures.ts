import type { Reader } from '../reader.ts';

/** A user whose erasure is not done yet, `null` when there is none. */
export function pendingErasure(reader: Reader): string | null {
  return reader.get<{ user_id: string }>('SELECT user_id FROM erasures LIMIT 1')?.user_id ?? null;
}
