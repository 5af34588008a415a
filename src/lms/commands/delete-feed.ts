import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

export interface DeleteFeed {
  readonly feed_id: string;
}

/** From here on nobody gets the calendar by its address. */
export const deleteFeed = defineCommand<DeleteFeed, null>({
  kind: 'DELETE_FEED',
  v: 1,
  apply(tx, { feed_id }) {
    const deleted = tx.run('DELETE FROM feeds WHERE id = ? AND user_id = ?', feed_id, tx.actor.id);
    if (deleted === 0) throw new Refusal('not_found', 'You have no such feed.');
    tx.target(feed_id);
    return null;
  },
});
