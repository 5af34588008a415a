import type { ImportChange } from '../commands/import-change.ts';
import type { StageImport } from '../commands/stage-import.ts';
import { maxImportChangesStaged } from '../limits.ts';
import type { ImportFormat, ImportSummary, ImportThresholds } from '../queries/imports.ts';
import type { Reader } from '../reader.ts';
import { FoundRows } from './found-rows.ts';
import { maxStagedBytes } from './limits.ts';
import { RosterDiff } from './roster-diff.ts';
import { RosterReader } from './roster-reader.ts';

export interface RosterPlannerOptions {
  readonly reader: Reader;
  /** Gets changes through the log; rejects when that cannot be done in time. */
  readonly stage: (payload: StageImport) => Promise<void>;
  readonly newId: (prefix: 'usr' | 'crs') => string;
}

export interface RosterRequest {
  readonly import_id: string;
  readonly bytes: Uint8Array;
  /** The system that the roster comes from: its ids are looked up under this name. */
  readonly source: string;
  /** Of a plain CSV; a OneRoster zip says it for each file. */
  readonly mode: 'bulk' | 'delta';
  readonly thresholds: ImportThresholds;
}

export interface PlannedRoster {
  readonly format: ImportFormat;
  readonly summary: ImportSummary;
  readonly change_count: number;
  readonly is_begun: true;
}

/**
 * Makes plans of rosters, one at a time on this node: what a roster holds in memory is bounded, and so
 * is the sum of all of them.
 */
export class RosterPlanner {
  readonly #options: RosterPlannerOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RosterPlannerOptions) {
    this.#options = options;
  }

  /**
   * Reads the roster, compares it with the state of this node, and stages the changes. Nothing is staged
   * before all of it was found good; what is staged was compared after the staging began, so that an
   * erasure since then is noticed (`giveUpStagings`).
   *
   * @throws RosterRefused
   */
  plan(request: RosterRequest): Promise<PlannedRoster> {
    const planned = this.#last.then(() => this.#plan(request));
    this.#last = planned.catch(() => undefined);
    return planned;
  }

  async #plan(request: RosterRequest): Promise<PlannedRoster> {
    const { reader, newId } = this.#options;
    const { bytes, mode, source, thresholds } = request;
    const roster = await RosterReader.open({ bytes, mode });
    try {
      const found = new FoundRows(reader, source);
      const diff = new RosterDiff({ roster, found, newId });
      await diff.run(() => Promise.resolve());
      const staging = await Staging.begin(request.import_id, this.#options.stage);
      await diff.run((changes) => staging.add(changes));
      const { format, ignored_files, warnings } = roster.info;
      const held_because = diff.heldBecause(thresholds);
      const summary = {
        files: [...diff.counts],
        ignored_files: [...ignored_files],
        warnings: [...warnings],
        thresholds,
        held_because,
      };
      return { format, summary, change_count: await staging.end(), is_begun: true };
    } finally {
      await roster.close();
    }
  }
}

/** Changes on their way into the log, in commands of bounded size. */
class Staging {
  readonly #importId: string;
  readonly #stage: RosterPlannerOptions['stage'];
  #staged = 0;
  #waiting: ImportChange[] = [];
  #bytes = 0;

  private constructor(importId: string, stage: RosterPlannerOptions['stage']) {
    this.#importId = importId;
    this.#stage = stage;
  }

  /** Resolves when this node's state is not older than the beginning. */
  static async begin(import_id: string, stage: RosterPlannerOptions['stage']): Promise<Staging> {
    await stage({ import_id, from: 0, changes: [] });
    return new Staging(import_id, stage);
  }

  async add(changes: readonly ImportChange[]): Promise<void> {
    for (const change of changes) {
      this.#waiting.push(change);
      this.#bytes += Buffer.byteLength(JSON.stringify(change));
      const isFull = this.#waiting.length >= maxImportChangesStaged;
      if (isFull || this.#bytes >= maxStagedBytes) await this.#flush();
    }
  }

  /** Returns how many there are. */
  async end(): Promise<number> {
    await this.#flush();
    return this.#staged;
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const changes = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    const from = this.#staged;
    await this.#stage({ import_id: this.#importId, from, changes, is_begun: true });
    this.#staged += changes.length;
  }
}
