import { ENTRY_TYPE, type LogEntry } from '../core/messages.ts';
import { ForeignLog, LogCorruption, LogRuleBroken } from './errors.ts';
import { RECORD_TYPE } from './format.ts';
import type { LogState } from './log-state.ts';
import {
  indexOfRecord,
  readEntry,
  readHardState,
  readSnapshotMark,
  termOfRecord,
  typeOfRecord,
} from './record.ts';

/** Applies the records of whole batches, in file order, to the state of the log. */
export class RecordReplay {
  readonly state: LogState;
  #configurations: LogEntry[] = [];

  constructor(state: LogState) {
    this.state = state;
  }

  /** Configuration entries that were not superseded, in index order. */
  get configurations(): readonly LogEntry[] {
    return this.#configurations;
  }

  /** Applies the record at `at`. `path` and `seq` are those of the segment. */
  apply(segment: Buffer, at: number, path: string, seq: number): void {
    try {
      const type = typeOfRecord(segment, at);
      if (type === RECORD_TYPE.entry) this.#applyEntry(segment, at, seq);
      else if (type === RECORD_TYPE.hard_state) this.state.setHardState(readHardState(segment, at));
      else if (type === RECORD_TYPE.snapshot_mark)
        this.state.markSnapshot(readSnapshotMark(segment, at));
      else throw new ForeignLog(unknownRecord(type, path));
    } catch (error) {
      if (!(error instanceof LogRuleBroken)) throw error;
      throw new LogCorruption(error.message, path, at, this.state.lastIndex + 1);
    }
  }

  #applyEntry(segment: Buffer, at: number, seq: number): void {
    const index = indexOfRecord(segment, at);
    const term = termOfRecord(segment, at);
    if (this.state.holds(index, term)) return;
    const superseded = index <= this.state.lastIndex;
    this.state.place(index, term, seq, at);
    if (superseded) this.#configurations = this.#configurations.filter((c) => c.index < index);
    const entry = readEntry(segment, at);
    if (entry.type === ENTRY_TYPE.configuration)
      this.#configurations.push({ ...entry, command: entry.command.slice() });
  }
}

function unknownRecord(type: number, path: string): string {
  return `${path} holds a record of type ${type}, which this version does not know. Start it with the version that wrote it, or a newer one.`;
}
