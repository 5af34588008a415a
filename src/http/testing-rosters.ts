import { encodeCommand } from '../lms/codec.ts';
import { stageImport } from '../lms/commands/stage-import.ts';
import { RosterPlanner } from '../lms/imports/roster-planner.ts';
import type { AppliedCommand, LmsMachine } from '../lms/machine.ts';
import { newId } from './ids.ts';

/** Plans of rosters over one node in memory. */
export function testRosters(consensus: {
  readonly machine: LmsMachine;
  apply(command: Uint8Array): AppliedCommand;
}): RosterPlanner {
  return new RosterPlanner({
    reader: consensus.machine.reader,
    newId,
    stage: (payload) => {
      const { kind, v } = stageImport;
      const header = { kind, v, command_id: newId('cmd'), actor_id: null, session_id: null };
      const { result } = consensus.apply(encodeCommand({ ...payload, ...header, received_at: 0 }));
      return result.ok ? Promise.resolve() : Promise.reject(new Error(result.detail));
    },
  });
}
