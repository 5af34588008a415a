import { newId } from './http/ids.ts';
import type { Consensus } from './http/ports.ts';
import { encodeCommand } from './lms/codec.ts';
import type { Command, CommandResult } from './lms/command.ts';

/** Gets a command of the system itself, without an actor, through the log. Rejects as `propose` does. */
export async function submitAsSystem(
  consensus: Pick<Consensus, 'propose'>,
  { kind, v }: { readonly kind: string; readonly v: number },
  payload: object,
  timeoutMs: number,
): Promise<CommandResult> {
  const command: Command<object> = {
    ...payload,
    kind,
    v,
    command_id: newId('msg'),
    actor_id: null,
    session_id: null,
    received_at: Date.now(),
  };
  const { result } = await consensus.propose({
    request_id: command.command_id,
    command: encodeCommand(command),
    timeoutMs,
  });
  return result;
}
