import type { LogEntry } from '../raft/core/messages.ts';
import { AppliedCommands } from './applied-commands.ts';
import type { CommandHeader, CommandResult } from './command.ts';
import {
  eventsForgottenEvery,
  eventsKept,
  resultRetentionMs,
  resultsForgottenAtOnce,
  resultsForgottenEvery,
} from './limits.ts';
import type { LmsEvent, Tx } from './tx.ts';

interface Recorded {
  readonly code: string;
  readonly target_id: string | null;
  readonly chainHash: Uint8Array;
  readonly result: string | null;
}

/**
 * Answers about the session, not about the request: whoever logs in again and sends the request again
 * with its key must get the request done.
 */
const WITHOUT_KEY: ReadonlySet<string> = new Set([
  'session_ended',
  'account_not_active',
  'placement_expired',
]);

/** The bookkeeping of every entry: journal row, stored result, idempotency key, events. */
export class Journal {
  readonly #tx: Tx;
  #eventSequence: number;
  readonly #applied: AppliedCommands;

  constructor(tx: Tx) {
    this.#tx = tx;
    this.#eventSequence = this.#lastEventSequence();
    this.#applied = new AppliedCommands(this.#highestCommandId());
  }

  /**
   * The stored answer when this command, or another one of the same actor with the same
   * idempotency key, was applied before; `null` when this is the first time.
   */
  earlierResult(command: CommandHeader): CommandResult | null {
    const same = this.#sameCommand(command.command_id);
    if (same !== undefined) return JSON.parse(same.result) as CommandResult;
    if (command.idempotency_key === undefined || command.actor_id === null) return null;
    const keyed = this.#tx.get<{ fingerprint: string; result: string }>(
      `SELECT k.fingerprint, r.result FROM idempotency_keys k
         JOIN results r ON r.log_index = k.log_index
        WHERE k.actor_id = ? AND k.key = ?`,
      command.actor_id,
      command.idempotency_key,
    );
    if (keyed === undefined) return null;
    if (keyed.fingerprint !== command.idempotency_fingerprint) {
      return {
        ok: false,
        code: 'idempotency_key_reused',
        detail: 'This Idempotency-Key came with another request before. Use a new key.',
        errors: [],
        extra: {},
      };
    }
    return { ...(JSON.parse(keyed.result) as CommandResult), replayed: true };
  }

  #sameCommand(commandId: string): { readonly result: string } | undefined {
    if (this.#applied.isCertainlyNew(commandId)) return undefined;
    return this.#tx.get('SELECT result FROM results WHERE command_id = ?', commandId);
  }

  record(entry: LogEntry, committedAt: number, command: CommandHeader, recorded: Recorded): void {
    this.#applied.add(command.command_id);
    this.#tx.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      entry.index,
      entry.term,
      committedAt,
      command.kind,
      command.actor_id,
      recorded.target_id,
      recorded.code,
      recorded.chainHash,
    );
    if (recorded.result === null) return;
    this.#tx.run(
      'INSERT INTO results VALUES (?, ?, ?)',
      entry.index,
      command.command_id,
      recorded.result,
    );
    if (command.idempotency_key === undefined || command.actor_id === null) return;
    if (WITHOUT_KEY.has(recorded.code)) return;
    this.#tx.run(
      'INSERT INTO idempotency_keys VALUES (?, ?, ?, ?)',
      command.actor_id,
      command.idempotency_key,
      command.idempotency_fingerprint ?? '',
      entry.index,
    );
  }

  /** An entry of Raft itself: a no-op or a configuration. */
  recordInternal(entry: LogEntry, committedAt: number, kind: string, chainHash: Uint8Array): void {
    this.#tx.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, NULL, NULL, ?, ?)',
      entry.index,
      entry.term,
      committedAt,
      kind,
      'ok',
      chainHash,
    );
  }

  writeEvents(index: number, at: number, events: readonly LmsEvent[]): number {
    events.forEach((event, n) => {
      this.#eventSequence += 1;
      this.#tx.run(
        'INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        this.#eventSequence,
        index,
        n,
        at,
        event.type,
        event.course_id,
        event.user_id ?? null,
        JSON.stringify(event.data),
      );
      if (this.#eventSequence % eventsForgottenEvery === 0) {
        this.#tx.run('DELETE FROM events WHERE sequence <= ?', this.#eventSequence - eventsKept);
      }
    });
    return events.length;
  }

  /**
   * Forgets results past their retention and returns where to go on. Runs at fixed indexes, so that
   * every node forgets the same rows at the same entry.
   */
  forget(index: number, from: number, committedAt: number): number {
    if (index % resultsForgottenEvery !== 0) return from;
    let next = from;
    for (let n = 0; n < resultsForgottenAtOnce; n += 1) {
      const row = this.#tx.get<{ committed_at: number }>(
        'SELECT committed_at FROM journal WHERE log_index = ?',
        next,
      );
      if (row === undefined || row.committed_at > committedAt - resultRetentionMs) return next;
      this.#tx.run('DELETE FROM results WHERE log_index = ?', next);
      this.#tx.run('DELETE FROM idempotency_keys WHERE log_index = ?', next);
      next += 1;
    }
    return next;
  }

  savePosition(position: {
    index: number;
    term: number;
    committedAt: number;
    chainHash: Uint8Array;
    resultsFrom: number;
  }): void {
    this.#tx.run(
      `UPDATE replica SET applied_index = ?, applied_term = ?, committed_at = ?,
              chain_hash = ?, results_from = ? WHERE one = 1`,
      position.index,
      position.term,
      position.committedAt,
      position.chainHash,
      position.resultsFrom,
    );
  }

  /** Hexadecimal ids sort below `g`; others are always looked up. */
  #highestCommandId(): string {
    const row = this.#tx.get<{ highest: string | null }>(
      "SELECT max(command_id) AS highest FROM results WHERE command_id < 'g'",
    );
    return row?.highest ?? '';
  }

  #lastEventSequence(): number {
    return (
      this.#tx.get<{ last: number | null }>('SELECT max(sequence) AS last FROM events')?.last ?? 0
    );
  }
}
