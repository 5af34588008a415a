import { deepEqual } from 'node:assert/strict';
import { ENTRY_TYPE, type LogEntry } from '../../src/raft/core/messages.ts';
import type { LogEngine } from '../../src/raft/log/log-engine.ts';
import { unpackEntries } from '../../src/raft/log/packed-batch.ts';
import type { HardState, LogBatch, LogPosition } from '../../src/raft/ports.ts';

/** What a log holds, in a form to compare. */
export interface Contents {
  readonly hard_state: HardState;
  readonly base: LogPosition;
  /** `index/term/type/command`. */
  readonly entries: readonly string[];
}

export const EMPTY: Contents = {
  hard_state: { term: 0, voted_for: null },
  base: { index: 0, term: 0 },
  entries: [],
};

/** The rules of the log at their dumbest: a list that is cut and pushed to. */
export function applied(before: Contents, batch: LogBatch): Contents {
  const base = batch.reset ?? before.base;
  const entries = batch.reset === undefined ? [...before.entries] : [];
  for (const entry of batch.entries) {
    const text = entryText(entry);
    const place = entry.index - base.index - 1;
    if (entries[place] === text) continue;
    entries.length = place;
    entries.push(text);
  }
  return { hard_state: batch.hard_state ?? before.hard_state, base, entries };
}

/** The same log once its beginning up to `base` is gone; null when it never held `base`. */
export function beginningAt(log: Contents, base: LogPosition): Contents | null {
  const gone = base.index - log.base.index;
  const term = gone === 0 ? log.base.term : Number(log.entries[gone - 1]?.split('/')[1]);
  return term === base.term ? { ...log, base, entries: log.entries.slice(gone) } : null;
}

export function entryText({ index, term, type, command }: LogEntry): string {
  return `${index}/${term}/${type}/${Buffer.from(command).toString('latin1')}`;
}

/** The entries that the engine can read, through the same calls as in production. */
export function entriesOf(engine: LogEngine, lastIndex: number, first = 1): string[] {
  if (lastIndex < first) return [];
  return unpackEntries(engine.read(first, lastIndex, Number.MAX_SAFE_INTEGER)).map(entryText);
}

/**
 * All that an engine found when it was opened. Throws when what it says of the entries (their
 * terms, the configurations) is not what they are.
 */
export function recoveredContents(engine: LogEngine): Contents {
  const { hard_state, base, last_index, terms, configurations } = engine.recovered;
  const entries = entriesOf(engine, last_index, base.index + 1);
  deepEqual(terms, termRuns(entries, base.index));
  deepEqual(
    configurations.map(entryText),
    entries.filter((text) => text.split('/')[2] === String(ENTRY_TYPE.configuration)),
  );
  return { hard_state, base, entries };
}

function termRuns(
  entries: readonly string[],
  base: number,
): { first_index: number; term: number }[] {
  const all = entries.map((text, i) => ({
    first_index: base + i + 1,
    term: Number(text.split('/')[1]),
  }));
  return all.filter((run, i) => run.term !== all[i - 1]?.term);
}
