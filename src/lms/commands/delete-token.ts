import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

export interface DeleteToken {
  readonly token_id: string;
}

/** From this entry on no node takes the token. */
export const deleteToken = defineCommand<DeleteToken, null>({
  kind: 'DELETE_TOKEN',
  v: 1,
  apply(tx, command) {
    const deleted = tx.run(
      'DELETE FROM sessions WHERE id = ? AND user_id = ? AND scopes IS NOT NULL AND revoked_at IS NULL',
      command.token_id,
      tx.actor.id,
    );
    if (deleted === 0) throw new Refusal('not_found', 'You have no such token.');
    tx.target(command.token_id);
    return null;
  },
});
