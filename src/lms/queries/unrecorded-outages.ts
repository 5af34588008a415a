import { CONFIGURATION, NO_OP } from '../journal-names.ts';
import { minOutageMs } from '../limits.ts';
import type { Reader } from '../reader.ts';

/** A time in which the log shows no commit, around a change of leader; ms since the epoch. */
export interface LogGap {
  readonly started_at: number;
  readonly ended_at: number;
}

export interface OutageSearch {
  /** The first gap that is long enough; `null`: there is none up to the end. */
  readonly outage: LogGap | null;
  /** Up to which entry was looked. */
  readonly noted_index: number;
}

interface Election {
  readonly log_index: number;
  readonly committed_at: number;
}

/**
 * Looks for outages that were not looked for yet. Every time without a quorum ends with a leader's
 * no-op; the gap is between the last command before it and the first one after it, by the log's time.
 *
 * @param now of the entry that is next, ms
 */
export function findOutage(reader: Reader, now: number): OutageSearch {
  let noted = notedIndex(reader);
  for (;;) {
    const election = nextElection(reader, noted);
    if (election === undefined) return { outage: null, noted_index: noted };
    const after = firstCommandAfter(reader, election.log_index);
    const gap = { started_at: election.committed_at, ended_at: after?.committed_at ?? now };
    // Elections without a command between them are one gap.
    noted = after?.log_index ?? lastIndex(reader);
    const isOutage = gap.started_at > 0 && gap.ended_at - gap.started_at >= minOutageMs;
    if (isOutage) return { outage: gap, noted_index: noted };
  }
}

function notedIndex(reader: Reader): number {
  const row = reader.get<{ noted_index: number }>('SELECT noted_index FROM outage_watch');
  return row?.noted_index ?? 0;
}

/** Its row has the time of the command before it: a no-op has no time of its own. */
function nextElection(reader: Reader, after: number): Election | undefined {
  return reader.get<Election>(
    `SELECT log_index, committed_at FROM journal
      WHERE kind = ? AND log_index > ? ORDER BY log_index LIMIT 1`,
    NO_OP,
    after,
  );
}

function firstCommandAfter(reader: Reader, index: number): Election | undefined {
  return reader.get<Election>(
    `SELECT log_index, committed_at FROM journal
      WHERE log_index > ? AND kind NOT IN (?, ?) ORDER BY log_index LIMIT 1`,
    index,
    NO_OP,
    CONFIGURATION,
  );
}

function lastIndex(reader: Reader): number {
  const row = reader.get<{ last: number }>('SELECT max(log_index) AS last FROM journal');
  return row?.last ?? 0;
}

/** The log's time: that of the last command. Ms since the epoch; 0 in an empty log. */
export function logTime(reader: Reader): number {
  const row = reader.get<{ committed_at: number }>(
    'SELECT committed_at FROM journal ORDER BY log_index DESC LIMIT 1',
  );
  return row?.committed_at ?? 0;
}
