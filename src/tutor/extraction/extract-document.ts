import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { childLines } from './child-lines.ts';
import { spawnConfinedChild } from './confined-child.ts';
import { type DocumentSource, kindOf } from './document-kind.ts';
import type { DocumentKind } from './protocol.ts';
import { type ExtractionListener, type ExtractionOutcome, Reading } from './reading.ts';
import { type ChildBounds, defaultBounds, Watchdog } from './watchdog.ts';

/**
 * Reads a document in a confined child process. Never throws because of the document: whatever
 * it holds, the outcome says so. Pages come in order, only those that have text.
 *
 * @param signal ends the child; the promise then rejects with the signal's reason.
 */
export async function extractDocument(
  source: DocumentSource,
  listener: ExtractionListener,
  signal: AbortSignal,
  bounds: ChildBounds = defaultBounds,
): Promise<ExtractionOutcome> {
  signal.throwIfAborted();
  const kind = kindOf(source);
  if ('reason' in kind) return { state: 'rejected', reason: kind.reason, page_count: 0, flags: [] };
  const reading = new Reading(listener);
  await runChild(kind.kind, source.bytes, reading, signal, bounds);
  signal.throwIfAborted();
  return reading.outcome();
}

async function runChild(
  kind: DocumentKind,
  bytes: Uint8Array,
  reading: Reading,
  signal: AbortSignal,
  bounds: ChildBounds,
): Promise<void> {
  const child = spawnConfinedChild(kind);
  const ended = waitForEnd(child);
  const kill = (): void => void child.kill('SIGKILL');
  const stop = (reason: string): void => {
    reading.fail(`${reason} The file is kept, but the tutor cannot search it.`);
    kill();
  };
  signal.addEventListener('abort', kill, { once: true });
  const watchdog = child.pid === undefined ? null : new Watchdog(child.pid, bounds, stop);
  try {
    if (child.stdin === null || child.stdout === null) throw new Error('the child has no pipes');
    child.stderr?.resume();
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
    for await (const message of childLines(child.stdout)) {
      reading.take(message);
      if (message.type === 'opened') watchdog?.allowFor(message.page_count);
    }
  } catch {
    stop('The reader answered with something that is not its protocol.');
  } finally {
    await ended;
    watchdog?.stop();
    signal.removeEventListener('abort', kill);
  }
}

/** Resolves when the process is gone, or was never there. */
async function waitForEnd(child: ChildProcess): Promise<void> {
  try {
    await once(child, 'close');
  } catch {
    return;
  }
}
