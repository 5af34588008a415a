import type { LogEntry } from '../raft/core/messages.ts';
import { AppliedCommands } from './applied-commands.ts';
import type { CommandHeader, CommandResult } from './command.ts';
import { compactId, compactUuid } from './compact-id.ts';
import { CONFIGURATION, JournalNames, NO_OP } from './journal-names.ts';
import { resultRetentionMs, resultsForgottenAtOnce, resultsForgottenEvery } from './limits.ts';
import type { Said, Tx } from './tx.ts';

interface Recorded {
  readonly code: string;
  readonly chainHash: Uint8Array;
  /** JSON; `null` when the command was replayed: the first result stays. */
  readonly result: string | null;
  readonly said: Said;
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

/** The bookkeeping of every entry: journal row, stored result with its events, idempotency key. */
export class Journal {
  readonly #tx: Tx;
  readonly #names: JournalNames;
  readonly #applied: AppliedCommands;

  constructor(tx: Tx) {
    this.#tx = tx;
    this.#names = new JournalNames(tx);
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

  /**
   * The number of its actor, `null` when it has none. Asked before anything of the command can be undone; the
   * kind is numbered before it, as in `record`.
   */
  actorNumber({ kind, actor_id }: CommandHeader): number | null {
    this.#names.numberOf(kind);
    return actor_id === null ? null : this.#names.numberOf(actor_id);
  }

  #sameCommand(commandId: string): { readonly result: string } | undefined {
    if (this.#applied.isCertainlyNew(commandId)) return undefined;
    return this.#tx.get('SELECT result FROM results WHERE command_id = ?', compactUuid(commandId));
  }

  record(entry: LogEntry, committedAt: number, command: CommandHeader, recorded: Recorded): void {
    const names = this.#names;
    const { target_id: target, courses } = recorded.said;
    this.#applied.add(command.command_id);
    // In this order, by which they are numbered.
    const kind = names.numberOf(command.kind);
    const actor = command.actor_id === null ? null : names.numberOf(command.actor_id);
    const code = names.numberOf(recorded.code);
    const [course = null, ...further] = this.#numbersOf(courses);
    this.#tx.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      entry.index,
      entry.term,
      committedAt,
      kind,
      actor,
      course,
      target === null ? null : compactId(target),
      code,
      recorded.chainHash,
    );
    for (const other of further) {
      this.#tx.run('INSERT INTO further_courses VALUES (?, ?)', other, entry.index);
    }
    if (recorded.result !== null) this.#keepResult(entry, command, recorded.result, recorded);
  }

  /** An entry of Raft itself: a no-op or a configuration. */
  recordInternal(entry: LogEntry, committedAt: number, chainHash: Uint8Array): void {
    this.#tx.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, NULL, NULL, NULL, ?, ?)',
      entry.index,
      entry.term,
      committedAt,
      entry.type === 1 ? NO_OP : CONFIGURATION,
      this.#names.numberOf('ok'),
      chainHash,
    );
  }

  /**
   * Forgets results past their retention and returns where to go on. Runs at fixed indexes, so that
   * every node forgets the same rows at the same entry.
   */
  forget(index: number, from: number, committedAt: number): number {
    if (index % resultsForgottenEvery !== 0) return from;
    const past = this.#tx.get<{ last: number | null }>(
      'SELECT max(log_index) AS last FROM journal WHERE log_index BETWEEN ? AND ? AND committed_at <= ?',
      from,
      from + resultsForgottenAtOnce - 1,
      committedAt - resultRetentionMs,
    );
    const last = past?.last ?? null;
    if (last === null) return from;
    this.#tx.run('DELETE FROM results WHERE log_index BETWEEN ? AND ?', from, last);
    this.#tx.run('DELETE FROM idempotency_keys WHERE log_index BETWEEN ? AND ?', from, last);
    return last + 1;
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

  #keepResult(
    { index }: LogEntry,
    command: CommandHeader,
    result: string,
    { code, said: { events } }: Recorded,
  ): void {
    this.#tx.run(
      'INSERT INTO results VALUES (?, ?, ?, ?)',
      index,
      compactUuid(command.command_id),
      result,
      events.length === 0 ? null : JSON.stringify(events),
    );
    if (command.idempotency_key === undefined || command.actor_id === null) return;
    if (WITHOUT_KEY.has(code)) return;
    this.#tx.run(
      'INSERT INTO idempotency_keys VALUES (?, ?, ?, ?)',
      command.actor_id,
      command.idempotency_key,
      command.idempotency_fingerprint ?? '',
      index,
    );
  }

  /** Each once, numbered in the order of the ids. */
  #numbersOf(courses: readonly string[]): number[] {
    const distinct = courses.length > 1 ? [...new Set(courses)].sort() : courses;
    return distinct.map((id) => this.#names.numberOf(id));
  }

  /** As far as ids are UUIDs; others are always looked up. */
  #highestCommandId(): string {
    const row = this.#tx.get<{ highest: Uint8Array | null }>(
      "SELECT max(command_id) AS highest FROM results WHERE command_id >= x'00'",
    );
    return row?.highest ? Buffer.from(row.highest).toString('hex') : '';
  }
}
