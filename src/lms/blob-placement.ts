import { maxPlacementMs } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';

/**
 * Refuses a command whose bytes were placed on the nodes too long ago, by the log's own time. Nodes
 * collect what no row has named for longer than that (`blobs/garbage.ts`), so that what a row names when it
 * is applied is still where it was placed, whatever clocks and networks did in between.
 *
 * @param placedAt the log's time, as the node knew it before it placed the bytes
 */
export function requireFreshPlacement(tx: Tx, placedAt: number | undefined): void {
  if (placedAt === undefined || tx.committedAt - placedAt <= maxPlacementMs) return;
  throw new Refusal(
    'placement_expired',
    'Too much time passed between the bytes and the request that names them. Send the request again.',
  );
}
