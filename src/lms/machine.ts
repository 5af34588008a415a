import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import type { LogEntry } from '../raft/core/messages.ts';
import type { LogPosition, Outcome, StateMachine } from '../raft/ports.ts';
import { actorOf } from './actor.ts';
import { decodeCommand } from './codec.ts';
import type { Command, CommandDefinition, CommandResult } from './command.ts';
import { copyState } from './copy-state.ts';
import { Journal } from './journal.ts';
import { migrate } from './migrations.ts';
import { Reader } from './reader.ts';
import { Refusal } from './refusal.ts';
import { stageState, swapState } from './state-file.ts';
import { Tx } from './tx.ts';

/** Applied index and term, the log's time and the chain hash: the position of this replica. */
interface Position {
  index: number;
  term: number;
  committedAt: number;
  chainHash: Uint8Array;
  resultsFrom: number;
}

/** What `apply` hands to whoever waits for a command on this node. */
export interface AppliedCommand {
  readonly index: number;
  readonly result: CommandResult;
}

/**
 * The replicated state in one SQLite file (WAL mode, `synchronous=NORMAL`: a power cut may take the
 * last transactions, whole ones only, and the log still has them).
 */
export class LmsMachine implements StateMachine {
  /** For queries; sees every applied entry. */
  readonly reader: Reader;
  /** Called after each committed batch that wrote events. */
  onEvents: () => void = () => {};
  readonly #path: string;
  readonly #closing = new AbortController();
  #database: DatabaseSync;
  readonly #tx: Tx;
  #journal: Journal;
  readonly #definitions: ReadonlyMap<string, CommandDefinition<object>>;
  #position: Position;

  /** @param path of the file, or `:memory:` */
  constructor(path: string, definitions: ReadonlyMap<string, CommandDefinition<object>>) {
    this.#path = path;
    this.#database = openDatabase(path);
    this.#definitions = definitions;
    this.#tx = new Tx(this.#database);
    this.reader = new Reader(this.#database);
    this.#journal = new Journal(this.#tx);
    this.#position = this.#readPosition();
  }

  get applied(): { readonly index: number; readonly term: number } {
    return this.#position;
  }

  /** SHA-256 over all entries and results up to `applied`, hex: equal on all nodes. */
  get chainHash(): string {
    return Buffer.from(this.#position.chainHash).toString('hex');
  }

  apply(entries: readonly LogEntry[]): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    const before = { ...this.#position };
    this.#database.exec('BEGIN IMMEDIATE');
    let events = 0;
    try {
      for (const entry of entries) events += this.#applyEntry(entry, outcomes);
      this.#journal.savePosition(this.#position);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#position = before;
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    if (events > 0) this.onEvents();
    return outcomes;
  }

  /** A copy that is being made is broken off. */
  close(): void {
    this.#closing.abort();
    this.#database.close();
  }

  /** In a thread of its own; entries are applied meanwhile. */
  writeSnapshot(target: string): Promise<LogPosition> {
    return copyState({ database: this.#path, target }, this.#closing.signal);
  }

  /** From one turn of the event loop to the next, `reader` is that of the other state. */
  async installSnapshot(from: string): Promise<void> {
    await stageState(this.#path, from);
    this.#database.close();
    swapState(this.#path);
    this.#database = openDatabase(this.#path);
    this.reader.moveTo(this.#database);
    this.#tx.moveTo(this.#database);
    this.#journal = new Journal(this.#tx);
    this.#position = this.#readPosition();
    this.onEvents();
  }

  #readPosition(): Position {
    const row = this.reader.get<{
      applied_index: number;
      applied_term: number;
      committed_at: number;
      chain_hash: Uint8Array;
      results_from: number;
    }>('SELECT * FROM replica');
    if (row === undefined) throw new Error('lms.db has no position row: the file is damaged');
    return {
      index: row.applied_index,
      term: row.applied_term,
      committedAt: row.committed_at,
      chainHash: row.chain_hash,
      resultsFrom: row.results_from,
    };
  }

  /** Returns the number of events written. */
  #applyEntry(entry: LogEntry, outcomes: Outcome[]): number {
    if (entry.index !== this.#position.index + 1) {
      throw new Error(
        `broken invariant: entry ${entry.index} applied after ${this.#position.index}`,
      );
    }
    this.#position.index = entry.index;
    this.#position.term = entry.term;
    if (entry.type !== 0) {
      const kind = entry.type === 1 ? 'NO_OP' : 'CONFIGURATION';
      const chainHash = this.#extendChain(entry, '');
      this.#journal.recordInternal(entry, this.#position.committedAt, kind, chainHash);
      return 0;
    }
    const { stamp, command } = decodeCommand(entry.command);
    this.#position.committedAt = Math.max(this.#position.committedAt, stamp);
    const { result, first, events } = this.#execute(entry.index, command);
    const text = JSON.stringify(result);
    const chainHash = this.#extendChain(entry, text);
    this.#journal.record(entry, this.#position.committedAt, command, {
      code: first ? (result.ok ? 'ok' : result.code) : 'replayed',
      target_id: events.target_id,
      chainHash,
      result: first ? text : null,
    });
    const written = this.#journal.writeEvents(
      entry.index,
      this.#position.committedAt,
      events.events,
    );
    this.#position.resultsFrom = this.#journal.forget(
      entry.index,
      this.#position.resultsFrom,
      this.#position.committedAt,
    );
    outcomes.push({
      request_id: command.command_id,
      value: { index: entry.index, result } satisfies AppliedCommand,
    });
    return written;
  }

  #execute(index: number, command: Command<object>) {
    const tx = this.#tx;
    tx.begin(index, this.#position.committedAt, null);
    const earlier = this.#journal.earlierResult(command);
    if (earlier !== null) return { result: earlier, first: false, events: tx.finish() };
    const definition = this.#definitions.get(`${command.kind}/${command.v}`);
    if (definition === undefined) {
      throw new Error(
        `entry ${index} holds a command ${command.kind} version ${command.v} that this program ` +
          'does not know: it was written by a newer version. Start that version on this node.',
      );
    }
    tx.run('SAVEPOINT command');
    let result: CommandResult;
    try {
      tx.begin(index, this.#position.committedAt, actorOf(tx, command));
      result = { ok: true, value: definition.apply(tx, command) ?? null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tx.run('ROLLBACK TO command');
      tx.begin(index, this.#position.committedAt, null);
      const { code, message: detail, errors, extra } = error;
      result = { ok: false, code, detail, errors, extra };
    }
    tx.run('RELEASE command');
    return { result, first: true, events: tx.finish() };
  }

  /** `chain_hash = SHA-256(previous ‖ index ‖ term ‖ type ‖ command ‖ result)`. */
  #extendChain(entry: LogEntry, result: string): Uint8Array {
    const head = Buffer.alloc(17);
    head.writeBigUInt64BE(BigInt(entry.index), 0);
    head.writeBigUInt64BE(BigInt(entry.term), 8);
    head.writeUInt8(entry.type, 16);
    this.#position.chainHash = createHash('sha256')
      .update(this.#position.chainHash)
      .update(head)
      .update(entry.command)
      .update(result)
      .digest();
    return this.#position.chainHash;
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF',
    );
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
