import { defineCommand } from '../command.ts';
import { endFamily } from '../refresh-families.ts';

export interface DeleteSession {
  readonly session_to_end: string;
}

/** Ends a session of the actor, and what it could be refreshed by, on all nodes from this entry on. Ending it twice is ending it once. */
export const deleteSession = defineCommand<DeleteSession, null>({
  kind: 'DELETE_SESSION',
  v: 1,
  apply(tx, command) {
    const session = tx.get<{ family_id: string | null }>(
      'SELECT family_id FROM sessions WHERE id = ? AND user_id = ?',
      command.session_to_end,
      tx.actor.id,
    );
    if (session?.family_id != null) endFamily(tx, session.family_id);
    tx.run(
      'UPDATE sessions SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL',
      tx.committedAt,
      command.session_to_end,
      tx.actor.id,
    );
    tx.target(tx.actor.id);
    return null;
  },
});
