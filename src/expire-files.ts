import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Consensus } from './http/ports.ts';
import { anythingExpired } from './lms/queries/uploads.ts';
import type { Reader } from './lms/reader.ts';
import { submitAsSystem } from './system-commands.ts';

const pollMs = 60_000;
const commandTimeoutMs = 10_000;

interface ExpireNeeds {
  readonly raft: { status(): { readonly role: string } };
  readonly consensus: Pick<Consensus, 'propose'>;
  readonly reader: Reader;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Whoever leads lets files and uploads expire; the log's time, not its clock, decides which. */
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
  if (raft.status().role !== 'leader' || !anythingExpired(reader, Date.now())) return false;
  const kind = { kind: 'EXPIRE_FILES', v: 1 };
  const result = await submitAsSystem(consensus, kind, {}, commandTimeoutMs);
  if (!result.ok) throw new Error(`EXPIRE_FILES was refused: ${result.detail}`);
  const { files, uploads } = result.value as { files: number; uploads: number };
  if (files + uploads === 0) return false;
  logger.info({ files, uploads }, 'files and uploads expired');
  return true;
}
