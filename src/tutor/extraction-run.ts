import { setTimeout as wait } from 'node:timers/promises';
import type { ClaimAnswer, ClaimExtraction } from '../lms/commands/claim-extraction.ts';
import type { FinishExtraction } from '../lms/commands/finish-extraction.ts';
import type { StoreMaterialPages } from '../lms/commands/store-material-pages.ts';
import type { ExtractedPage } from './extraction/protocol.ts';
import type { ExtractionOutcome } from './extraction/reading.ts';
import { jobLimits } from './limits.ts';
import { pageBatches } from './page-batches.ts';

/** What the system asks of the state machine, by kind. */
export interface SystemCommands {
  readonly CLAIM_EXTRACTION: ClaimExtraction;
  readonly STORE_MATERIAL_PAGES: StoreMaterialPages;
  readonly FINISH_EXTRACTION: FinishExtraction;
}

export type SystemResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string };

/**
 * Gets a command of the system (without an actor) through the log and resolves with what this
 * node's own apply gave. Rejects when there was no majority in time.
 */
export type SubmitSystemCommand = <Kind extends keyof SystemCommands>(
  kind: Kind,
  payload: SystemCommands[Kind],
) => Promise<SystemResult>;

/** Another run has the job now, or the material is gone: nothing more to do. */
export class RunReplaced extends Error {
  override readonly name = 'RunReplaced';
}

/** One run of one job under its claim. Commands are sent until they get an answer. */
export class ExtractionRun {
  readonly #submit: SubmitSystemCommand;
  readonly #ids: { readonly material_id: string; readonly claim_id: string };
  readonly #nodeId: string;
  readonly #signal: AbortSignal;
  #progress: { pages_read: number; page_count: number | null } = {
    pages_read: 0,
    page_count: null,
  };

  constructor(
    submit: SubmitSystemCommand,
    ids: { readonly material_id: string; readonly claim_id: string; readonly node_id: string },
    signal: AbortSignal,
  ) {
    const { node_id, ...rest } = ids;
    this.#submit = submit;
    this.#ids = rest;
    this.#nodeId = node_id;
    this.#signal = signal;
  }

  progress(pagesRead: number, pageCount: number): void {
    this.#progress = { pages_read: pagesRead, page_count: pageCount };
  }

  /**
   * Takes the job, or keeps it, and shows how far the run is. `false`: it was given up.
   *
   * @throws RunReplaced
   */
  async claim(): Promise<boolean> {
    const value = await this.#send('CLAIM_EXTRACTION', {
      ...this.#ids,
      node_id: this.#nodeId,
      ...this.#progress,
    });
    return (value as ClaimAnswer).granted;
  }

  /** @throws RunReplaced */
  async store(pages: readonly ExtractedPage[]): Promise<void> {
    for (const batch of pageBatches(pages)) {
      await this.#send('STORE_MATERIAL_PAGES', { ...this.#ids, pages: batch });
    }
  }

  /** @throws RunReplaced */
  async finish(outcome: ExtractionOutcome): Promise<void> {
    await this.#send('FINISH_EXTRACTION', { ...this.#ids, ...outcome });
  }

  /** Sent again while there is no majority: the same command twice does no harm to a claim. */
  async #send<Kind extends keyof SystemCommands>(
    kind: Kind,
    payload: SystemCommands[Kind],
  ): Promise<unknown> {
    for (;;) {
      this.#signal.throwIfAborted();
      const result = await this.#submit(kind, payload).catch(() => null);
      if (result?.ok === true) return result.value;
      if (result !== null) throw new RunReplaced(`${kind} was refused: ${result.code}`);
      await wait(jobLimits.retryCommandMs, undefined, { signal: this.#signal });
    }
  }
}
