import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { newId } from './http/ids.ts';
import type { Consensus } from './http/ports.ts';
import { recordService, type ServiceRecorded } from './lms/commands/record-service.ts';
import { findOutage, logTime } from './lms/queries/unrecorded-outages.ts';
import type { Reader } from './lms/reader.ts';
import { ProposalError } from './raft/errors.ts';
import { submitAsSystem } from './system-commands.ts';

const lookEveryMs = 1_000;
/** When nobody writes, the leader does: the beginning of an outage is known to this much. */
const signOfLifeMs = 60_000;
const commandTimeoutMs = 10_000;

interface Parts {
  readonly consensus: Pick<Consensus, 'propose' | 'status'>;
  readonly reader: Reader;
  readonly logger: Logger;
}

/**
 * Has outages recorded as incidents, and leaves a sign of life in a log that is quiet, so that a night
 * in which nobody worked is not taken for one. Every node watches, only the leader writes.
 */
export async function watchOutages(parts: Parts, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await lookForOutage(parts, Date.now());
    await sleep(lookEveryMs, undefined, { signal: until }).catch(() => undefined);
  }
}

/** One look. @param now ms since the epoch */
export async function lookForOutage(
  { consensus, reader, logger }: Parts,
  now: number,
): Promise<void> {
  if (consensus.status().role !== 'leader' || !hasToWrite(reader, now)) return;
  try {
    const payload = { incident_id: newId('inc') };
    const result = await submitAsSystem(consensus, recordService, payload, commandTimeoutMs);
    if (!result.ok) throw new Error(`broken invariant: RECORD_SERVICE: ${result.detail}`);
    const { incident_id } = result.value as ServiceRecorded;
    if (incident_id !== null) logger.warn({ incident_id }, 'an outage was recorded');
  } catch (error) {
    // Another one leads by now, or nobody does: whoever does next will look.
    if (!(error instanceof ProposalError)) throw error;
  }
}

/** A new cluster gives its first sign of life with its first administrator. */
function hasToWrite(reader: Reader, now: number): boolean {
  const lastSign = logTime(reader);
  if (lastSign === 0) return false;
  return now - lastSign >= signOfLifeMs || findOutage(reader, now).outage !== null;
}
