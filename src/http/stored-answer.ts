import type { CommandDefinition } from '../lms/command.ts';
import { resultOfKey } from '../lms/queries/stored-results.ts';
import type { ApiContext } from './env.ts';
import { fingerprint, idempotencyKey } from './idempotency.ts';
import { read } from './read.ts';

/**
 * The answer to the same request with the same `Idempotency-Key` before, for an operation whose
 * work before the log is costly. `null`: there is none, or it is for `submit` to judge.
 *
 * @param _definition of the command that the operation submits: gives the answer its type
 * @param digests of files that came with the request, as for `submit`
 */
export async function storedAnswer<Payload, Value>(
  c: ApiContext,
  _definition: CommandDefinition<Payload, Value>,
  digests: readonly string[] = [],
): Promise<Value | null> {
  const key = idempotencyKey(c);
  if (key === null) return null;
  const stored = await read(c, (reader, actor) => resultOfKey(reader, actor.id, key));
  if (stored?.result.ok !== true || stored.fingerprint !== fingerprint(c, digests)) return null;
  c.header('Idempotency-Replayed', 'true');
  return stored.result.value as Value;
}
