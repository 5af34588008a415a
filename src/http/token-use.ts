import { encodeCommand } from '../lms/codec.ts';
import type { Command } from '../lms/command.ts';
import { type RecordTokenUse, recordTokenUse } from '../lms/commands/record-token-use.ts';
import { dayMs } from '../lms/time.ts';
import { ProposalError } from '../raft/errors.ts';
import type { ApiContext } from './env.ts';
import { newId } from './ids.ts';

/**
 * Keeps the day of a personal token's last use: one entry of the log per token and day, which no request
 * waits for. Lost when there is no majority; the next request tries again.
 */
export function noteTokenUse(
  c: ApiContext,
  token: { readonly id: string; readonly last_used_at: number | null },
): void {
  const receivedAt = c.get('receivedAt');
  const today = receivedAt - (receivedAt % dayMs);
  if (token.last_used_at !== null && token.last_used_at >= today) return;
  const { consensus, inFlight, settings } = c.env.foundation;
  const key = `token use ${token.id}`;
  if (inFlight.has(key)) return;
  inFlight.add(key);
  const command: Command<RecordTokenUse> = {
    kind: recordTokenUse.kind,
    v: recordTokenUse.v,
    command_id: newId('cmd'),
    actor_id: null,
    session_id: null,
    received_at: receivedAt,
    token_id: token.id,
  };
  consensus
    .propose({
      request_id: command.command_id,
      command: encodeCommand(command),
      timeoutMs: settings.deadline_ms,
    })
    .catch((error: unknown) => {
      if (!(error instanceof ProposalError)) throw error;
    })
    .finally(() => inFlight.delete(key));
}
