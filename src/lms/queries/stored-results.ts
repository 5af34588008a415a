import type { CommandResult } from '../command.ts';
import type { Reader } from '../reader.ts';

/** What the command of this actor with this idempotency key gave, if there was one. */
export function resultOfKey(
  reader: Reader,
  actorId: string,
  key: string,
): { readonly fingerprint: string; readonly result: CommandResult } | null {
  const row = reader.get<{ fingerprint: string; result: string }>(
    `SELECT k.fingerprint, r.result FROM idempotency_keys k
       JOIN results r ON r.log_index = k.log_index
      WHERE k.actor_id = ? AND k.key = ?`,
    actorId,
    key,
  );
  if (row === undefined) return null;
  return { fingerprint: row.fingerprint, result: JSON.parse(row.result) as CommandResult };
}
