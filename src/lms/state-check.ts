import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** What the worker is started with. */
export interface CheckOrder {
  readonly database: string;
  /** It rests so many times as long as it works. */
  readonly restFactor: number;
}

interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

const restFactor = 3;
const checkEveryMs = 24 * 60 * 60 * 1000;
/** After a start everybody has other things to do. */
const firstCheckMs = 10 * 60 * 1000;

/** SQLite finds its file damaged, twice in a row. */
export class StateDamaged extends Error {
  override readonly name = 'StateDamaged';

  constructor(database: string, findings: readonly string[]) {
    super(`${database} is damaged: ${findings.join('; ')}`);
  }
}

/**
 * Has SQLite check the file of the state once a day, in a thread and slowly. Rejects with `StateDamaged`; ends
 * when `signal` fires.
 */
export async function watchState(
  database: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (let pauseMs = firstCheckMs; ; pauseMs = checkEveryMs) {
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    try {
      await requireSound({ database, restFactor }, signal);
      logger.info({ database }, 'the state was checked and is sound');
    } catch (error) {
      if (error instanceof StateDamaged) throw error;
      if (!signal.aborted) logger.warn({ err: error }, 'the state could not be checked');
    }
  }
}

/**
 * Rejects with `StateDamaged` when two checks in a row find something: a state that is replaced by a
 * snapshot under the eyes of the first may look torn to it.
 */
export async function requireSound(order: CheckOrder, signal: AbortSignal): Promise<void> {
  const first = await findingsOf(order, signal);
  if (first.length === 0) return;
  const second = await findingsOf(order, signal);
  if (second.length > 0) throw new StateDamaged(order.database, second);
}

const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const DAMAGE: readonly number[] = [SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB];

/** What is wrong with the file; nothing when it is sound. */
async function findingsOf(order: CheckOrder, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./check-state-worker.ts', import.meta.url), {
    workerData: order,
    name: 'lms-check',
    execArgv: [],
  });
  const stop = () => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<readonly string[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the check of the state was broken off')));
    });
  } catch (error) {
    const { errcode = 0, message } = error as Error & { errcode?: number };
    if (DAMAGE.includes(errcode & 0xff)) return [message];
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
