import { maxEntryBytes, maxUncommittedBytes } from './limits.ts';
import { ENTRY_TYPE } from './messages.ts';
import { appendEntry } from './persistence.ts';
import type { Core } from './state.ts';
import type { RefusalReason } from './types.ts';

/** A command for the log. Only the leader takes it, and only as much as it can have in flight. */
export function onPropose(core: Core, requestId: string, command: Uint8Array): void {
  const reason = refusalOf(core, command);
  if (reason !== null) {
    core.effects.push({ type: 'refused', request_id: requestId, reason });
    return;
  }
  const index = core.log.lastIndex + 1;
  appendEntry(core, { index, term: core.term, type: ENTRY_TYPE.command, command });
  core.uncommitted.push({ index, bytes: command.length });
  core.uncommittedBytes += command.length;
  core.effects.push({ type: 'proposed', request_id: requestId, index, term: core.term });
}

function refusalOf(core: Core, command: Uint8Array): RefusalReason | null {
  if (core.role !== 'leader' || core.transfer !== null) return 'not_leader';
  if (command.length > maxEntryBytes) return 'too_large';
  if (core.diskLow) return 'disk_low';
  if (core.uncommittedBytes + command.length > maxUncommittedBytes) return 'overloaded';
  return null;
}
