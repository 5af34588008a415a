import type { ChildMessage, ExtractedPage, ExtractionFlag } from './protocol.ts';

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

/** The child's messages, in the order the protocol allows, folded into an outcome. */
export class Reading {
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
