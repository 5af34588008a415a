import { DatabaseSync } from 'node:sqlite';
import type { LogEntry } from '../raft/core/messages.ts';
import type { LogPosition, Outcome, StateMachine } from '../raft/ports.ts';
import { actorOf } from './actor.ts';
import { chainHash } from './chain-hash.ts';
import { decodeCommand } from './codec.ts';
import type { Command, CommandDefinition, CommandResult } from './command.ts';
import { copyState } from './copy-state.ts';
import { Journal } from './journal.ts';
import { carefulEntries, pageCacheKiB, walPages } from './limits.ts';
import { migrate } from './migrations.ts';
import { type Connection, Reader } from './reader.ts';
import { Refusal } from './refusal.ts';
import { RowMemory } from './row-memory.ts';
import { stageState, swapState } from './state-file.ts';
import { StateTransaction } from './state-transaction.ts';
import { TableWatch } from './table-watch.ts';
import { Tx } from './tx.ts';

/** Applied index and term, the log's time and the chain hash: the position of this replica. */
interface Position {
  index: number;
  term: number;
  committedAt: number;
  chainHash: Uint8Array;
  resultsFrom: number;
}

/** How a refusal after the first write of its command is undone. */
type Mode = 'optimistic' | 'with savepoints';

/** Thrown through a batch that went on without savepoints and would have needed one. */
const REFUSED_TOO_LATE = new Error('a command was refused after it had written');

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
  /** Called when what was applied could not be written: this replica has stopped for good. */
  onFailure: (error: Error) => void = (error) => {
    throw error;
  };
  /** Called after each applied batch that wrote events. */
  onEvents: () => void = () => {};
  readonly #path: string;
  readonly #closing = new AbortController();
  #connection: Connection;
  readonly #tx: Tx;
  #journal: Journal;
  #transaction: StateTransaction;
  readonly #definitions: ReadonlyMap<string, CommandDefinition<object>>;
  #position: Position;
  /** Up to this entry, commands get savepoints. */
  #carefulUntil = 0;

  /** @param path of the file, or `:memory:` */
  constructor(path: string, definitions: ReadonlyMap<string, CommandDefinition<object>>) {
    this.#path = path;
    this.#connection = connect(path);
    this.#definitions = definitions;
    this.#tx = new Tx(this.#connection);
    this.reader = new Reader(this.#connection);
    this.#journal = new Journal(this.#tx);
    this.#transaction = this.#newTransaction();
    this.#position = this.#readPosition();
  }

  get applied(): { readonly index: number; readonly term: number } {
    return this.#position;
  }

  /** SHA-256 over all entries and results up to `applied`, hex: equal on all nodes. */
  get chainHash(): string {
    return Buffer.from(this.#position.chainHash).toString('hex');
  }

  /**
   * All of them or none. At first without a savepoint for each command: rules look before they write,
   * so hardly any refusal has something to undo. When one has, the batch is applied again with them,
   * and so are the next ones: nobody can make that happen all the time.
   */
  apply(entries: readonly LogEntry[]): readonly Outcome[] {
    if (this.#position.index < this.#carefulUntil) {
      return this.#applyBatch(entries, 'with savepoints');
    }
    try {
      return this.#applyBatch(entries, 'optimistic');
    } catch (error) {
      if (error !== REFUSED_TOO_LATE) throw error;
      this.#carefulUntil = this.#position.index + carefulEntries;
      return this.#applyBatch(entries, 'with savepoints');
    }
  }

  /** A copy that is being made is broken off. */
  close(): void {
    this.#closing.abort();
    if (!this.#connection.database.isOpen) return;
    this.#transaction.commit();
    this.#connection.database.close();
  }

  /** In a thread of its own; entries are applied meanwhile. */
  writeSnapshot(target: string): Promise<LogPosition> {
    if (!this.#connection.database.isOpen) return Promise.reject(new Error('the state is closed'));
    this.#transaction.commit();
    return copyState({ database: this.#path, target }, this.#closing.signal);
  }

  /** From one turn of the event loop to the next, `reader` is that of the other state. */
  async installSnapshot(from: string): Promise<void> {
    await stageState(this.#path, from);
    this.#transaction.commit();
    this.#connection.database.close();
    swapState(this.#path);
    this.#connection = connect(this.#path);
    this.reader.moveTo(this.#connection);
    this.#tx.moveTo(this.#connection);
    this.#journal = new Journal(this.#tx);
    this.#transaction = this.#newTransaction();
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

  #newTransaction(): StateTransaction {
    const { database } = this.#connection;
    return new StateTransaction(database, {
      beforeCommit: () => this.#journal.savePosition(this.#position),
      failed: (error) => {
        // Nothing may be read any more that SQLite may have taken back.
        database.close();
        this.onFailure(error);
      },
    });
  }

  #applyBatch(entries: readonly LogEntry[], mode: Mode): readonly Outcome[] {
    const outcomes: Outcome[] = [];
    let events = 0;
    try {
      this.#transaction.run(entries, () => {
        for (const entry of entries) events += this.#applyEntry(entry, outcomes, mode);
      });
    } catch (error) {
      this.#undoBatch();
      throw error;
    }
    if (events > 0) this.onEvents();
    return outcomes;
  }

  /** Back to before the batch: to the last commit, and from there through the batches since then. */
  #undoBatch(): void {
    const earlier = this.#transaction.rollback();
    this.#connection.watch.forgetAll();
    this.#journal = new Journal(this.#tx);
    this.#position = this.#readPosition();
    if (earlier.length > 0) this.#applyBatch(earlier, 'with savepoints');
  }

  /** Returns the number of events written. */
  #applyEntry(entry: LogEntry, outcomes: Outcome[], mode: Mode): number {
    if (entry.index !== this.#position.index + 1) {
      throw new Error(
        `broken invariant: entry ${entry.index} applied after ${this.#position.index}`,
      );
    }
    this.#position.index = entry.index;
    this.#position.term = entry.term;
    if (entry.type !== 0) {
      const chainHash = this.#extendChain(entry, '');
      this.#journal.recordInternal(entry, this.#position.committedAt, chainHash);
      return 0;
    }
    const { stamp, command } = decodeCommand(entry.command);
    this.#position.committedAt = Math.max(this.#position.committedAt, stamp);
    const { result, first, said } = this.#execute(entry.index, command, mode);
    const text = JSON.stringify(result);
    const chainHash = this.#extendChain(entry, text);
    this.#journal.record(entry, this.#position.committedAt, command, {
      code: first ? (result.ok ? 'ok' : result.code) : 'replayed',
      chainHash,
      result: first ? text : null,
      said,
    });
    this.#position.resultsFrom = this.#journal.forget(
      entry.index,
      this.#position.resultsFrom,
      this.#position.committedAt,
    );
    outcomes.push({
      request_id: command.command_id,
      value: { index: entry.index, result } satisfies AppliedCommand,
    });
    return said.events.length;
  }

  #execute(index: number, command: Command<object>, mode: Mode) {
    const tx = this.#tx;
    tx.begin(index, this.#position.committedAt, null);
    const earlier = this.#journal.earlierResult(command);
    if (earlier !== null) return { result: earlier, first: false, said: tx.finish() };
    const definition = this.#definitions.get(`${command.kind}/${command.v}`);
    if (definition === undefined) {
      throw new Error(
        `entry ${index} holds a command ${command.kind} version ${command.v} that this program ` +
          'does not know: it was written by a newer version. Start that version on this node.',
      );
    }
    const actorNumber = this.#journal.actorNumber(command);
    const hasSavepoint = mode === 'with savepoints';
    if (hasSavepoint) tx.run('SAVEPOINT command');
    let result: CommandResult;
    try {
      tx.begin(index, this.#position.committedAt, actorOf(tx, command), actorNumber);
      result = { ok: true, value: definition.apply(tx, command) ?? null };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (hasSavepoint) this.#undoCommand();
      else if (tx.wrote) throw REFUSED_TOO_LATE;
      tx.refuse();
      const { code, message: detail, errors, extra } = error;
      result = { ok: false, code, detail, errors, extra };
    }
    if (hasSavepoint) tx.run('RELEASE command');
    return { result, first: true, said: tx.finish() };
  }

  #undoCommand(): void {
    this.#tx.run('ROLLBACK TO command');
    this.#connection.watch.forgetAll();
  }

  #extendChain(entry: LogEntry, result: string): Uint8Array {
    this.#position.chainHash = chainHash(this.#position.chainHash, entry, result);
    return this.#position.chainHash;
  }
}

function connect(path: string): Connection {
  const database = openDatabase(path);
  const watch = new TableWatch();
  watch.attach(database);
  return { database, watch, memory: new RowMemory() };
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec(
      `PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;
       PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-${pageCacheKiB};
       PRAGMA wal_autocheckpoint=${walPages}`,
    );
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
