import { randomUUID } from 'node:crypto';
import { claimableJobs, type ExtractionJob } from '../lms/queries/extraction-jobs.ts';
import type { Reader } from '../lms/reader.ts';
import { sizeRefusal } from './extraction/document-kind.ts';
import { extractDocument } from './extraction/extract-document.ts';
import type { ExtractedPage } from './extraction/protocol.ts';
import type { ExtractionOutcome } from './extraction/reading.ts';
import { memoryIsWatched } from './extraction/watchdog.ts';
import { ExtractionRun, RunReplaced, type SubmitSystemCommand } from './extraction-run.ts';
import { jobLimits } from './limits.ts';

interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface ExtractionJobsOptions {
  readonly reader: Reader;
  readonly nodeId: string;
  readonly submit: SubmitSystemCommand;
  /** The bytes of a file, whole and checked; rejects when no node has them now. */
  readonly readFile: (file: {
    readonly sha256: string;
    readonly size_bytes: number;
  }) => Promise<Uint8Array>;
  readonly logger: Logger;
  /** Ms since the epoch. */
  readonly now?: () => number;
}

/**
 * Reads the materials that wait for it, one at a time. Every node has one: it looks at its own
 * state, claims a job through the log, and whoever is granted it does the work. The node that took
 * an upload begins at once, the others help when nobody has, or when the one that had died.
 */
export class ExtractionJobs {
  readonly #options: ExtractionJobsOptions;
  readonly #now: () => number;
  readonly #stop = new AbortController();
  /** Uploads that this node took. */
  readonly #taken = new Set<string>();
  /** When a job may be looked at again, whose file could not be had. */
  readonly #notBefore = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;

  constructor(options: ExtractionJobsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  start(): void {
    if (!memoryIsWatched) {
      this.#options.logger.warn({}, 'no /proc here: the memory of extraction is not watched');
    }
    this.#timer = setInterval(() => void this.look(), jobLimits.pollMs);
  }

  /** An upload came in through this node. */
  uploaded(materialId: string): void {
    this.#taken.add(materialId);
    void this.look();
  }

  /** Works through what can be claimed now; a look that is going on is joined. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** Ends the run that is going on; another node takes the job when the lease is over. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stop.abort(new Error('the node is stopping'));
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const tried = new Set<string>();
    while (!this.#stop.signal.aborted) {
      const job = this.#next(tried);
      if (job === undefined) return;
      tried.add(job.material_id);
      await this.#work(job);
    }
  }

  #next(tried: ReadonlySet<string>): ExtractionJob | undefined {
    const { reader, nodeId } = this.#options;
    const now = this.#now();
    return claimableJobs(reader, nodeId, now, jobLimits.jobsPerLook).find((job) => {
      const { material_id: id, queued_since } = job;
      if (tried.has(id) || now < (this.#notBefore.get(id) ?? 0)) return false;
      if (queued_since === null || this.#taken.has(id)) return true;
      return now >= queued_since + jobLimits.helpAfterMs;
    });
  }

  /** Never throws: what goes wrong with one job must not keep the others from being read. */
  async #work(job: ExtractionJob): Promise<void> {
    const { logger } = this.#options;
    const { material_id } = job;
    try {
      const source = await this.#source(job);
      const outcome = await this.#run(job, source);
      if (outcome !== null)
        logger.info({ material_id, state: outcome.state }, 'a material was read');
      this.#notBefore.delete(material_id);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#notBefore.set(material_id, this.#now() + jobLimits.retryFileMs);
      const isReplaced = error instanceof RunReplaced;
      if (!isReplaced) logger.warn({ material_id, err: error }, 'a material could not be read yet');
    } finally {
      this.#taken.delete(material_id);
    }
  }

  /** Before the claim: a node without the bytes leaves the job to one that has them. */
  async #source(job: ExtractionJob): Promise<Source> {
    const { file, text_md } = job;
    if (file === null) {
      const bytes = Buffer.from(text_md ?? '', 'utf8');
      return { bytes, filename: 'text.md', media_type: 'text/markdown' };
    }
    const refusal = sizeRefusal(file.size_bytes);
    if (refusal !== null) return { refusal };
    const isEmpty = file.size_bytes === 0;
    return { bytes: isEmpty ? new Uint8Array() : await this.#options.readFile(file), ...file };
  }

  async #run(job: ExtractionJob, source: Source): Promise<ExtractionOutcome | null> {
    const { submit, nodeId } = this.#options;
    const lost = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, lost.signal]);
    const ids = { material_id: job.material_id, claim_id: randomUUID(), node_id: nodeId };
    const run = new ExtractionRun(submit, ids, signal);
    if (!(await run.claim())) return null;
    const renewal = setInterval(() => {
      run.claim().catch((error: unknown) => lost.abort(error));
    }, jobLimits.renewMs);
    try {
      const { outcome, pages } = await read(source, run, signal);
      if (outcome.state === 'indexed') await run.store(pages);
      clearInterval(renewal);
      await run.finish(outcome);
      return outcome;
    } finally {
      clearInterval(renewal);
    }
  }
}

type Source =
  | { readonly bytes: Uint8Array; readonly filename: string; readonly media_type: string }
  | { readonly refusal: string };

async function read(
  source: Source,
  run: ExtractionRun,
  signal: AbortSignal,
): Promise<{ outcome: ExtractionOutcome; pages: readonly ExtractedPage[] }> {
  if ('refusal' in source) {
    const outcome = {
      state: 'rejected',
      reason: source.refusal,
      page_count: 0,
      flags: [],
    } as const;
    return { outcome, pages: [] };
  }
  const pages: ExtractedPage[] = [];
  const outcome = await extractDocument(
    source,
    {
      onPage: (page) => pages.push(page),
      onProgress: (pagesRead, pageCount) => run.progress(pagesRead, pageCount),
    },
    signal,
  );
  return { outcome, pages };
}
