import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { whyNotFounded } from './http/founding.ts';
import type { Consensus } from './http/ports.ts';

/** Nodes that are started one after the other need not be told of each other. */
const patienceMs = 5_000;
const repeatMs = 30_000;

/**
 * Tells the operator for whom a new cluster waits, until it waits no more.
 * @param paces how long it waits before it says so, and again; ms
 */
export async function reportFounding(
  consensus: Pick<Consensus, 'status'>,
  logger: Pick<Logger, 'warn'>,
  until: AbortSignal,
  paces = { patienceMs, repeatMs },
): Promise<void> {
  let pauseMs = paces.patienceMs;
  while (consensus.status().founding) {
    await sleep(pauseMs, undefined, { signal: until }).catch(() => undefined);
    if (until.aborted) return;
    const why = whyNotFounded(consensus.status());
    if (why !== null) logger.warn(why);
    pauseMs = paces.repeatMs;
  }
}
