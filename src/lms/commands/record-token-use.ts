import { defineCommand } from '../command.ts';
import { dayMs } from '../time.ts';

export interface RecordTokenUse {
  readonly token_id: string;
}

/** That a personal token was used today, by the log's time in UTC. */
export const recordTokenUse = defineCommand<RecordTokenUse, null>({
  kind: 'RECORD_TOKEN_USE',
  v: 1,
  apply(tx, command) {
    tx.run(
      `UPDATE sessions SET last_used_at = ?1
        WHERE id = ?2 AND scopes IS NOT NULL AND (last_used_at IS NULL OR last_used_at < ?3)`,
      tx.committedAt,
      command.token_id,
      tx.committedAt - (tx.committedAt % dayMs),
    );
    return null;
  },
});
