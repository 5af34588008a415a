import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { childLines } from './child-lines.ts';
import { spawnConfinedChild } from './confined-child.ts';
import { type DocumentSource, kindOf } from './document-kind.ts';
import type { ChildMessage, DocumentKind, ExtractedPage, ExtractionFlag } from './protocol.ts';
import { type ChildBounds, defaultBounds, Watchdog } from './watchdog.ts';

/** How an extraction ended. `reason` is one sentence for the instructor, `null` when all is well. */
export interface ExtractionOutcome {
  readonly state: 'indexed' | 'no_text_layer' | 'password_needed' | 'rejected' | 'failed';
  readonly reason: string | null;
  readonly page_count: number;
  readonly flags: readonly ExtractionFlag[];
}

/** What is called while the document is read; synchronous, so that nothing piles up. */
export interface ExtractionListener {
  onPage(page: ExtractedPage): void;
  onProgress?(pagesRead: number, pageCount: number): void;
}

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

/** The child's messages, in the order the protocol allows, folded into an outcome. */
class Reading {
  readonly #listener: ExtractionListener;
  #pageCount = 0;
  #lastPage = 0;
  #flags: readonly ExtractionFlag[] | null = null;
  #refusal: { state: 'password_needed' | 'rejected' | 'failed'; reason: string } | null = null;

  constructor(listener: ExtractionListener) {
    this.#listener = listener;
  }

  get pageCount(): number {
    return this.#pageCount;
  }

  take(message: ChildMessage): void {
    switch (message.type) {
      case 'opened':
        this.#pageCount = message.page_count;
        return;
      case 'progress':
        this.#listener.onProgress?.(message.pages_read, this.#pageCount);
        return;
      case 'page':
        if (message.page.page <= this.#lastPage) throw new Error('pages out of order');
        this.#lastPage = message.page.page;
        this.#listener.onPage(message.page);
        return;
      case 'finished':
        this.#flags = message.flags;
        return;
      case 'refused':
        this.#refusal = { state: message.state, reason: message.reason };
    }
  }

  /** The first cause counts: what the child said before, or why it was stopped. */
  fail(reason: string): void {
    this.#refusal ??= { state: 'failed', reason };
  }

  outcome(): ExtractionOutcome {
    if (this.#refusal !== null) {
      return { ...this.#refusal, page_count: this.#pageCount, flags: this.#flags ?? [] };
    }
    if (this.#flags === null) {
      const reason =
        'The reader stopped before the end of the document. Export it again, or split it.';
      return { state: 'failed', reason, page_count: this.#pageCount, flags: [] };
    }
    const known = { page_count: this.#pageCount, flags: this.#flags };
    if (this.#lastPage > 0) return { state: 'indexed', reason: null, ...known };
    const unreadable = this.#flags.find((flag) => flag.code === 'page_unreadable');
    return unreadable !== undefined && unreadable.pages.length === this.#pageCount
      ? { state: 'failed', reason: 'None of its pages could be read. Export it again.', ...known }
      : { state: 'no_text_layer', reason: noTextReason(this.#pageCount), ...known };
  }
}

function noTextReason(pageCount: number): string {
  const where = pageCount === 1 ? 'its only page' : `all of its ${pageCount} pages`;
  return `The document has no text to search: ${where} came without a text layer (a scan?). Run text recognition over it and upload the result.`;
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
