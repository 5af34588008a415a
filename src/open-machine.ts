import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LmsMachine } from './lms/machine.ts';
import { removeState, setStateAside, stageState, swapState } from './lms/state-file.ts';
import { OperatorError } from './operator-error.ts';
import type { LogPosition, RecoveredLog } from './raft/ports.ts';
import type { SnapshotStore } from './raft/snapshot/snapshot-store.ts';

interface Parts {
  /** The data folder; the state is its `lms.db`. */
  readonly folder: string;
  readonly log: RecoveredLog;
  readonly snapshots: SnapshotStore;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Opens, or begins, the state in a file. */
  readonly open: (file: string) => LmsMachine;
}

/**
 * Opens the state where it is, however far it is behind the log: the log brings the rest. When it is
 * missing, damaged or ends before the log begins, it is made again from the newest snapshot. That also
 * ends an installation that a crash broke off, and is done when no snapshot up to the state tells who the
 * members were where the log begins: older ones than theirs must not be believed. A state that was found damaged while the node ran
 * (`check-state.ts`) is not opened at all. Throws `OperatorError` when it cannot be had.
 */
export async function openMachine(parts: Parts): Promise<LmsMachine> {
  const file = join(parts.folder, 'lms.db');
  const there = existsSync(file);
  const machine = existsSync(doubtOf(file)) ? null : openState(file, parts);
  const why = whyNot(machine, there, parts);
  if (why === null && machine !== null) return checked(machine, parts);
  machine?.close();
  if (await restore(file, why ?? 'damaged', parts)) return checked(reopened(file, parts), parts);
  if (parts.log.base.index > 0) throw nothingToRestoreFrom(file, parts);
  // The log has everything from the beginning.
  if (why === 'damaged') clearAway(file, parts);
  return checked(reopened(file, parts), parts);
}

/** Beside a state that was found damaged, until it has been made again. */
export function doubtOf(file: string): string {
  return `${file}.doubted`;
}

/** Null when its file is damaged. */
function openState(file: string, { open }: Parts): LmsMachine | null {
  try {
    return open(file);
  } catch (error) {
    if (isDamage(error)) return null;
    throw new OperatorError(`${file} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

type Fault = 'damaged' | 'missing' | 'behind the log' | 'without the members';

function whyNot(
  machine: LmsMachine | null,
  there: boolean,
  { log, snapshots }: Parts,
): Fault | null {
  if (machine === null) return 'damaged';
  if (!there) return 'missing';
  const { index } = machine.applied;
  if (index < log.base.index) return 'behind the log';
  const known = snapshots.newestUpTo(index)?.last_included_index ?? 0;
  return known < log.base.index ? 'without the members' : null;
}

/** False when there is no snapshot that fits the log. */
async function restore(file: string, why: Fault, parts: Parts): Promise<boolean> {
  const { snapshots, log, logger } = parts;
  const snapshot = await snapshots.newestIntact((one) => {
    return isIn(log, { index: one.last_included_index, term: one.last_included_term });
  });
  if (snapshot === null) return false;
  await stageState(file, snapshot.path);
  if (why === 'damaged') clearAway(file, parts);
  swapState(file);
  logger.warn({ file, why, snapshot: snapshot.path }, 'state made again from a snapshot');
  return true;
}

/** Whether the log goes on behind this entry, so that what it says since can be applied. */
function isIn(log: RecoveredLog, { index, term }: LogPosition): boolean {
  if (index === log.base.index) return term === log.base.term;
  if (index < log.base.index || index > log.last_index) return false;
  return log.terms.findLast((run) => run.first_index <= index)?.term === term;
}

function clearAway(file: string, { logger }: Parts): void {
  const aside = setStateAside(file);
  removeState(file);
  logger.warn({ file, aside }, 'a damaged state was set aside');
}

function reopened(file: string, parts: Parts): LmsMachine {
  const machine = openState(file, parts);
  if (machine !== null) return machine;
  throw new OperatorError(`${file} was just written and is damaged: see to the disk`);
}

/**
 * Everything that was applied was in the log: a log that ends before it has lost something, and one that
 * has another entry in its place belongs to another state.
 */
function checked(machine: LmsMachine, parts: Parts): LmsMachine {
  const { folder, log } = parts;
  rmSync(join(folder, 'lms.db.new'), { force: true });
  rmSync(doubtOf(join(folder, 'lms.db')), { force: true });
  if (isIn(log, machine.applied)) return machine;
  const { index, term } = machine.applied;
  machine.close();
  throw index > log.last_index ? logTooShort(index, parts) : anotherHistory({ index, term }, parts);
}

function logTooShort(index: number, { folder, log }: Parts): OperatorError {
  return new OperatorError(
    `the log in ${join(folder, 'wal')} ends at entry ${log.last_index}, but entry ` +
      `${index} was applied: it has lost entries that this node acknowledged. Restore the folder as ` +
      'it was, or let this node join again under a new node id with an empty --data',
  );
}

function anotherHistory({ index, term }: LogPosition, { folder }: Parts): OperatorError {
  return new OperatorError(
    `${join(folder, 'lms.db')} has applied entry ${index} of term ${term}, but the log in ` +
      `${join(folder, 'wal')} has another entry ${index}: they do not belong together. Restore the ` +
      'folder as it was, all of it from one moment, or let this node join again under a new node id ' +
      'with an empty --data',
  );
}

function nothingToRestoreFrom(file: string, { folder, log }: Parts): OperatorError {
  return new OperatorError(
    `${file} cannot be used: the log begins after entry ${log.base.index}, and ` +
      `${join(folder, 'snapshots')} has no snapshot from there on, which tells who the members are, and ` +
      'from which a state could be made again that is missing, damaged or too old. Restore the folder ' +
      'as it was, or let this node join again under a new node id with an empty --data: the others ' +
      'have its data',
  );
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(code & 0xff);
}
