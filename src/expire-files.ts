import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Consensus } from './http/ports.ts';
import type { Expired } from './lms/commands/expire-files.ts';
import { logTime } from './lms/queries/named-blobs.ts';
import { anythingExpired } from './lms/queries/uploads.ts';
import type { Reader } from './lms/reader.ts';
import { submitAsSystem } from './system-commands.ts';

const pollMs = 5_000;
const commandTimeoutMs = 10_000;
/**
 * In a cluster to which nobody writes the log's time would stand still: the first file of the morning
 * would seem to have been placed the evening before, and be refused (`blob-placement.ts`).
 */
const maxStillMs = 60 * 60 * 1_000;

interface ExpireNeeds {
  readonly raft: { status(): { readonly role: string } };
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly reader: Reader;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Whoever leads lets files, uploads and imports expire, and the log's time go on. Its clock only says when to
 * propose that; the log's time decides what has expired.
 */
export async function expireFiles(needs: ExpireNeeds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      while (!signal.aborted && (await expireSome(needs)));
    } catch (error) {
      needs.logger.warn({ err: error }, 'expired files could not be forgotten; tried again');
    }
    await sleep(pollMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** Resolves with whether there may be more. */
async function expireSome({ raft, consensus, reader, logger }: ExpireNeeds): Promise<boolean> {
  if (raft.status().role !== 'leader') return false;
  const now = Date.now();
  if (!anythingExpired(reader, now) && now - logTime(reader) < maxStillMs) return false;
  const kind = { kind: 'EXPIRE_FILES', v: 1 };
  const result = await submitAsSystem(consensus, kind, {}, commandTimeoutMs);
  if (!result.ok) throw new Error(`EXPIRE_FILES was refused: ${result.detail}`);
  const { files, uploads, staged } = result.value as Expired;
  if (files + uploads + staged === 0) return false;
  logger.info({ files, uploads, staged }, 'files, uploads and imports expired');
  return true;
}
