import type { Reader } from '../lms/reader.ts';
import type { Actor } from '../lms/tx.ts';
import { barrier, setIndex, settle } from './consistency.ts';
import { type ApiContext, callerOf } from './env.ts';
import { setVersion } from './preconditions.ts';

/**
 * Runs a query on this node's SQLite, at the point of the log that the request asks for, as the
 * caller. Sets `LMS-Index`, and `ETag` when the value has a `version`. `find` may throw `Refusal`.
 */
export async function read<Value>(
  c: ApiContext,
  find: (reader: Reader, actor: Actor) => Value,
): Promise<Value> {
  await settle(c);
  const { reader, applied } = c.env.foundation.replica;
  setIndex(c, applied.index);
  const value = find(reader, callerOf(c).actor);
  setVersion(c, value);
  return value;
}

/** Runs a query for whoever asks, without a caller; what it shows must be theirs by other proof. */
export async function readPublic<Value>(
  c: ApiContext,
  find: (reader: Reader) => Value,
): Promise<Value> {
  await settle(c);
  const { reader, applied } = c.env.foundation.replica;
  c.header('LMS-Index', String(applied.index));
  return find(reader);
}

/**
 * Runs a query on nobody's behalf, always after the read barrier: for what a caller is to be judged
 * by. Nothing of it may be shown.
 */
export async function readToJudge<Value>(
  c: ApiContext,
  find: (reader: Reader) => Value,
): Promise<Value> {
  await barrier(c);
  return find(c.env.foundation.replica.reader);
}
