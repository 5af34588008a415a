import { defineCommand } from '../command.ts';

export interface DeleteSession {
  readonly session_to_end: string;
}

/** Ends a session of the actor, on all nodes from this entry on. Ending it twice is ending it once. */
export const deleteSession = defineCommand<DeleteSession, null>({
  kind: 'DELETE_SESSION',
  v: 1,
  apply(tx, command) {
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
