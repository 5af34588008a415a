import type { Logger } from 'pino';
import { newId } from './http/ids.ts';
import type { Consensus } from './http/ports.ts';
import { stageImport } from './lms/commands/stage-import.ts';
import { stepImport } from './lms/commands/step-import.ts';
import { runImports } from './lms/imports/import-runner.ts';
import { RosterPlanner } from './lms/imports/roster-planner.ts';
import type { Reader } from './lms/reader.ts';
import { submitAsSystem } from './system-commands.ts';

interface ImportNeeds {
  readonly consensus: Pick<Consensus, 'propose' | 'status'>;
  readonly reader: Reader;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface RunningImports {
  readonly rosters: RosterPlanner;
  /** Goes on with what is under way, until `signal` fires. */
  run(signal: AbortSignal): Promise<void>;
}

const commandTimeoutMs = 10_000;

/** Plans of rosters, and the leader's part in applying them. */
export function startImports({ consensus, reader, logger }: ImportNeeds): RunningImports {
  const send = async (
    definition: { readonly kind: string; readonly v: number },
    payload: object,
  ) => {
    const result = await submitAsSystem(consensus, definition, payload, commandTimeoutMs);
    if (!result.ok) throw new Error(`${definition.kind} was refused: ${result.detail}`);
  };
  return {
    rosters: new RosterPlanner({ reader, newId, stage: (payload) => send(stageImport, payload) }),
    run: (signal) =>
      runImports(
        {
          reader,
          isLeader: () => consensus.status().role === 'leader',
          step: (payload) => send(stepImport, payload),
          logger,
        },
        signal,
      ),
  };
}
