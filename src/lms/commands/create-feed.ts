import { defineCommand } from '../command.ts';
import { maxFeedsPerUser } from '../limits.ts';
import { type Feed, feedOf } from '../queries/feeds.ts';
import { Refusal } from '../refusal.ts';
import { written } from '../written.ts';

export interface CreateFeed {
  readonly feed_id: string;
  readonly name: string;
  /** Hex. The token itself is nowhere but with its owner. */
  readonly token_sha256: string;
}

/** A calendar of the actor's own. */
export const createFeed = defineCommand<CreateFeed, Feed>({
  kind: 'CREATE_FEED',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    const row = tx.get<{ feeds: number }>(
      'SELECT count(*) AS feeds FROM feeds WHERE user_id = ?',
      actor.id,
    );
    if ((row?.feeds ?? 0) >= maxFeedsPerUser) {
      throw new Refusal(
        'conflict',
        `You have ${maxFeedsPerUser} feeds, the limit. Delete one first.`,
      );
    }
    tx.run(
      'INSERT INTO feeds (id, user_id, name, token_sha256, created_at) VALUES (?, ?, ?, ?, ?)',
      command.feed_id,
      actor.id,
      command.name,
      command.token_sha256,
      tx.committedAt,
    );
    tx.target(command.feed_id);
    return written(feedOf(tx, actor.id, command.feed_id));
  },
});
