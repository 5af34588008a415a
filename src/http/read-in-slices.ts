import type { Reader } from '../lms/reader.ts';
import type { Actor } from '../lms/tx.ts';
import { setIndex, settle } from './consistency.ts';
import { type ApiContext, callerOf } from './env.ts';

/** Runs one query; `index` is the last log entry that it sees. */
type Look = <Value>(find: (reader: Reader, actor: Actor, index: number) => Value) => Value;

/**
 * For an answer that is too long for one turn of the event loop: waits as `read` does, once, and gives
 * a function that runs query after query, each on what this node has applied by then.
 */
export async function readInSlices(c: ApiContext): Promise<Look> {
  await settle(c);
  const { replica } = c.env.foundation;
  const { actor } = callerOf(c);
  setIndex(c, replica.applied.index);
  return (find) => find(replica.reader, actor, replica.applied.index);
}
