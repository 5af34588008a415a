import { deepEqual } from 'node:assert/strict';
import { ENTRY_TYPE, type LogEntry } from '../../src/raft/core/messages.ts';
import type { LogEngine } from '../../src/raft/log/log-engine.ts';
import { unpackEntries } from '../../src/raft/log/packed-batch.ts';
import type { HardState, LogBatch } from '../../src/raft/ports.ts';

/** What a log holds, in a form to compare. */
export interface Contents {
  readonly hard_state: HardState;
  /** `index/term/type/command`. */
  readonly entries: readonly string[];
}

export const EMPTY: Contents = { hard_state: { term: 0, voted_for: null }, entries: [] };

/** The rules of the log at their dumbest: a list that is cut and pushed to. */
export function applied(before: Contents, batch: LogBatch): Contents {
  const entries = [...before.entries];
  for (const entry of batch.entries) {
    const text = entryText(entry);
    if (entries[entry.index - 1] === text) continue;
    entries.length = entry.index - 1;
    entries.push(text);
  }
  return { hard_state: batch.hard_state ?? before.hard_state, entries };
}

export function entryText({ index, term, type, command }: LogEntry): string {
  return `${index}/${term}/${type}/${Buffer.from(command).toString('latin1')}`;
}

/** The entries that the engine can read, through the same calls as in production. */
export function entriesOf(engine: LogEngine, lastIndex: number): string[] {
  if (lastIndex === 0) return [];
  return unpackEntries(engine.read(1, lastIndex, Number.MAX_SAFE_INTEGER)).map(entryText);
}

/**
 * All that an engine found when it was opened. Throws when what it says of the entries (their
 * terms, the configurations) is not what they are.
 */
export function recoveredContents(engine: LogEngine): Contents {
  const { hard_state, last_index, terms, configurations } = engine.recovered;
  const entries = entriesOf(engine, last_index);
  deepEqual(terms, termRuns(entries));
  deepEqual(
    configurations.map(entryText),
    entries.filter((text) => text.split('/')[2] === String(ENTRY_TYPE.configuration)),
  );
  return { hard_state, entries };
}

function termRuns(entries: readonly string[]): { first_index: number; term: number }[] {
  const all = entries.map((text, i) => ({ first_index: i + 1, term: Number(text.split('/')[1]) }));
  return all.filter((run, i) => run.term !== all[i - 1]?.term);
}
