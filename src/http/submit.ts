import { encodeCommand } from '../lms/codec.ts';
import type { Command, CommandDefinition, CommandHeader } from '../lms/command.ts';
import type { AppliedCommand } from '../lms/machine.ts';
import { ProposalError } from '../raft/errors.ts';
import { proposalProblem, setIndex } from './consistency.ts';
import { type ApiContext, timeLeft } from './env.ts';
import { fingerprint, idempotencyKey } from './idempotency.ts';
import { newCommandId } from './ids.ts';
import { setVersion } from './preconditions.ts';
import { Problem } from './problem.ts';

interface SubmitOptions {
  /** SHA-256 of files that came with the request, for the idempotency fingerprint. */
  readonly digests?: readonly string[];
  /** A further command of one request: the `Idempotency-Key` names the first alone. */
  readonly withoutKey?: boolean;
}

/** A payload must not name fields of the header: those would win. */
type NoHeader = { readonly [Field in keyof CommandHeader]?: never };

/**
 * Gets a command through the log and returns the value that this node's own `apply` gave: the
 * resource as the API shows it. Sets `LMS-Index`, `ETag` (when the value has a `version`) and
 * `Idempotency-Replayed`. A rule that says no, and a write without a result, are thrown as `Problem`.
 */
export async function submit<Payload extends object, Value>(
  c: ApiContext,
  definition: CommandDefinition<Payload, Value>,
  payload: Payload & NoHeader,
  options: SubmitOptions = {},
): Promise<NonNullable<Value>> {
  const header = commandHeader(c, definition, options);
  const run = () => propose(c, { ...payload, ...header });
  const hasKey = header.idempotency_key !== undefined;
  const { index, result } = await (hasKey ? inFlightOnce(c, header, run) : run());
  setIndex(c, index);
  if (result.replayed === true) c.header('Idempotency-Replayed', 'true');
  if (!result.ok) {
    const { code, detail, errors, extra } = result;
    throw new Problem(code, detail, { errors, extra });
  }
  setVersion(c, result.value);
  return result.value as NonNullable<Value>;
}

function commandHeader(
  c: ApiContext,
  definition: { readonly kind: string; readonly v: number },
  { digests = [], withoutKey = false }: SubmitOptions,
): CommandHeader {
  const caller = c.get('caller');
  // Without an actor there is nobody that a stored answer could belong to.
  const key = caller === undefined || withoutKey ? null : idempotencyKey(c);
  return {
    kind: definition.kind,
    v: definition.v,
    command_id: newCommandId(),
    actor_id: caller?.actor.id ?? null,
    session_id: caller?.session_id ?? null,
    received_at: c.get('receivedAt'),
    ...(key !== null && {
      idempotency_key: key,
      idempotency_fingerprint: fingerprint(c, digests),
    }),
  };
}

async function propose(c: ApiContext, command: Command<object>): Promise<AppliedCommand> {
  try {
    return await c.env.foundation.consensus.propose({
      request_id: command.command_id,
      command: encodeCommand(command),
      timeoutMs: timeLeft(c),
    });
  } catch (error) {
    throw error instanceof ProposalError ? proposalProblem(error) : error;
  }
}

/** A second request with the key of one that is running is told to wait, not queued behind it. */
async function inFlightOnce<T>(
  c: ApiContext,
  header: CommandHeader,
  run: () => Promise<T>,
): Promise<T> {
  const { inFlight } = c.env.foundation;
  const key = `${header.actor_id} ${header.idempotency_key}`;
  if (inFlight.has(key)) {
    throw new Problem(
      'idempotency_in_flight',
      'The first request with this Idempotency-Key is still running. Send it again in a moment.',
    );
  }
  inFlight.add(key);
  try {
    return await run();
  } finally {
    inFlight.delete(key);
  }
}
