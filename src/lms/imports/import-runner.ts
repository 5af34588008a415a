import { setTimeout as sleep } from 'node:timers/promises';
import type { StepImport } from '../commands/step-import.ts';
import { importStagingKeptMs } from '../limits.ts';
import { hasAbandonedStaging, importToStep } from '../queries/imports.ts';
import type { Reader } from '../reader.ts';

export interface ImportRunnerOptions {
  readonly reader: Reader;
  readonly isLeader: () => boolean;
  /** Gets a step through the log; rejects when there was no majority in time. */
  readonly step: (payload: StepImport) => Promise<void>;
  readonly logger: { warn(details: object, message: string): void };
  /** Ms since the epoch. */
  readonly now?: () => number;
}

const pollMs = 200;
const cleanEveryMs = 60_000;

/**
 * Goes on with imports that do not fit one entry of the log, and forgets old ones. Every node has one;
 * the leader's works. How far an import is stands in the replicated state, so whoever leads next goes on
 * where the last one stopped: there is nothing to hand over, and no lease to wait for.
 */
export async function runImports(options: ImportRunnerOptions, signal: AbortSignal): Promise<void> {
  const { now = Date.now } = options;
  let cleanAt = now() + cleanEveryMs;
  while (!signal.aborted) {
    const mayClean = now() >= cleanAt;
    const worked = options.isLeader() && (await takeStep(options, now(), mayClean));
    // Until all is clean: a large roster is many steps.
    if (mayClean && !worked) cleanAt = now() + cleanEveryMs;
    if (!worked) await sleep(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Whether there was something to do, and it was done. */
async function takeStep(
  { reader, step, logger }: ImportRunnerOptions,
  now: number,
  mayClean: boolean,
): Promise<boolean> {
  const next = importToStep(reader, now);
  try {
    if (next !== null) {
      await step({ import_id: next.id, from_version: next.version });
      return true;
    }
    if (!mayClean || !hasAbandonedStaging(reader, now - importStagingKeptMs)) return false;
    await step({ import_id: null, from_version: 0 });
    return true;
  } catch (error) {
    // The leadership went, or a majority is away: the next look shows where things stand.
    logger.warn({ err: error }, 'an import could not go on yet');
    return false;
  }
}
