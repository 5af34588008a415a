import { configurationCodec } from '../../src/raft/configuration-codec.ts';
import { LogReverted } from '../../src/raft/core/log-reverted.ts';
import type { NodeId } from '../../src/raft/core/messages.ts';
import { OtherDirectory } from '../../src/raft/core/other-directory.ts';
import { type Core, createCore } from '../../src/raft/core/state.ts';
import type { Event } from '../../src/raft/core/types.ts';
import { noticePatienceMs } from '../../src/raft/driver/limits.ts';
import { LogCorruption } from '../../src/raft/log/errors.ts';
import type { RecoveredLog } from '../../src/raft/ports.ts';
import { directoryIdOf } from '../fixtures/directory-id.ts';
import { encodeCommand, Machine } from './machine.ts';
import { type Crash, readAll } from './node-log.ts';
import { type NodeParts, TIMING } from './node-parts.ts';
import { Process, type ReadDone, type WriteDone } from './process.ts';
import type { ProcessSnapshots } from './process-snapshots.ts';
import type { Draws } from './randomness.ts';
import { Violation } from './violation.ts';

const repairUs = 400_000;
const CRASH_MARKS = {
  kill: 'process_killed',
  power: 'power_cut',
  failed_fsync: 'fsync_failed',
} as const;

/** How far the state machine may fall back when the power goes: its transactions are not fsynced. */
const maxFallBack = 20;

/** A process with the real core, a disk, and a state machine, that can be killed at any moment. */
export class SimNode {
  readonly id: NodeId;
  machine = new Machine();
  /** Of the folder that its disk has now. */
  directory: string;
  #parts: NodeParts;
  readonly #rate: number;
  #process: Process | null = null;
  #calm = false;
  #damaged = false;
  #folders = 1;
  #isOver = false;

  constructor(id: NodeId, parts: NodeParts) {
    this.id = id;
    this.directory = directoryIdOf(id);
    this.#parts = parts;
    this.#rate = 1 + (parts.draws.next() * 2 - 1) * parts.conditions.clock_drift;
  }

  get up(): boolean {
    return this.#process !== null;
  }

  get core(): Core | null {
    return this.#process?.core ?? null;
  }

  /** It has the folder that it began with. */
  get isWhole(): boolean {
    return this.#folders === 1;
  }

  start(): void {
    if (this.#process !== null || this.#isOver) return;
    const { log, draws, trace, marks } = this.#parts;
    trace.add('start', this.id);
    trace.tell(() => `${this.#parts.heap.clock} ${this.id} starts`);
    if (this.#parts.heap.now > 0) marks.hit('restarted');
    const recovered = this.#open();
    if (recovered === null) return;
    const { index: applied } = this.machine.applied;
    if (applied > recovered.last_index) {
      throw new Violation('LogIsKept', `${this.id} had applied ${applied}, and lost it`);
    }
    const { index: base } = recovered.base;
    const entries = readAll(log, base + 1, recovered.last_index);
    this.machine = this.#stateAt(this.machine.applied.index, recovered);
    const snapshot = this.#parts.shelf.newestUpTo(this.machine.applied.index);
    const core = createCore({
      id: this.id,
      directory_id: this.directory,
      configuration: snapshot?.head.configuration ?? this.#parts.configuration,
      configuration_index: snapshot?.head.configuration_index ?? 0,
      timing: TIMING,
      reads: this.#parts.conditions.leases ? 'lease' : 'read_index',
      notice_patience_ms: noticePatienceMs,
      seed: draws.between(0, 2 ** 32 - 1),
      now: 0,
      hard_state: recovered.hard_state,
      codec: configurationCodec,
      log: recovered,
      applied: this.machine.applied.index,
    });
    this.#parts.invariants.started(this.id, core, recovered, entries);
    this.#process = new Process(this.id, this.#parts, core, this.machine, {
      rate: this.#rate,
      mayStop: (error) => this.#mayStop(error),
    });
    if (this.#calm) this.#process.disk.setCalm();
    this.#process.setAlarm();
  }

  crash(crash: Crash): void {
    const process = this.#process;
    if (process === null) return;
    const { log, draws, marks, trace } = this.#parts;
    trace.add('crash', this.id, crash);
    trace.tell(() => `${this.#parts.heap.clock} ${this.id} crashes (${crash})`);
    marks.hit(CRASH_MARKS[crash]);
    this.#process = null;
    log.crash(process.die(), crash, draws);
    if (crash === 'power' && draws.chance(0.5)) this.#fallBack();
  }

  /** While it is down, all that it has written is lost: it begins again like one that was never there. */
  loseFolder(): void {
    if (this.#process !== null) return;
    this.#folders += 1;
    this.directory = `${this.id}-${this.#folders}`;
    this.machine = new Machine();
    this.#parts = { ...this.#parts, ...this.#parts.newFolder(this.id) };
    this.#damaged = false;
    this.#parts.invariants.lostFolder(this.id);
    this.#parts.marks.hit('folder_lost');
  }

  /** A peer says that it knows this id by another directory than `directory`. */
  told(directory: string): void {
    if (directory === this.directory) this.#end();
  }

  /** While it is down, one bit of its log becomes another. */
  damageLog(draws: Draws): void {
    if (this.#process !== null || this.#damaged) return;
    this.#damaged = true;
    this.#parts.log.damage(draws);
  }

  /** The process stands still; what comes to it waits. */
  pause(us: number): void {
    if (us > TIMING.election_timeout_max_ms * 1000) {
      this.#parts.marks.hit('paused_longer_than_election_timeout');
    }
    this.#process?.pause(us);
  }

  slowDisk(us: number): void {
    if (this.#process !== null) this.#process.disk.slowUntil = this.#parts.heap.now + us;
  }

  /** Nothing gets onto it any more, until all is well again. */
  stickDisk(): void {
    if (this.#process !== null) this.#process.disk.stuck = true;
  }

  /** No faults of its own any more. */
  setCalm(): void {
    this.#calm = true;
    this.#process?.setCalm();
    this.push({ type: 'disk', low: false });
  }

  push(event: Event): void {
    this.#process?.push(event);
  }

  /** Waits for the result on this node, wherever the command is put into the log. */
  awaitWrite(requestId: string, done: WriteDone): void {
    this.#process?.writes.set(requestId, done);
  }

  propose(requestId: string, key: string, value: string): void {
    const command = encodeCommand({ request_id: requestId, key, value });
    this.push({ type: 'propose', request_id: requestId, command });
  }

  read(id: string, done: ReadDone): void {
    this.#process?.reads.set(id, done);
    this.push({ type: 'read', id });
  }

  /** Null when it is down. */
  get snapshots(): ProcessSnapshots | null {
    return this.#process?.snapshots ?? null;
  }

  /** The log of a new folder is shorter than what was acknowledged with the lost one. */
  #mayStop(error: Error): boolean {
    const may = error instanceof OtherDirectory || (error instanceof LogReverted && !this.isWhole);
    if (may) this.#end();
    return may;
  }

  /** Its id had another folder, and it stops for good. */
  #end(): void {
    this.#parts.marks.hit('lost_folder_noticed');
    this.#process?.die();
    this.#process = null;
    this.#isOver = true;
  }

  /** Null when it refuses to start: then somebody brings the file back, and starts it again. */
  #open(): RecoveredLog | null {
    const { log, marks, heap } = this.#parts;
    const wasDamaged = this.#damaged;
    this.#damaged = false;
    try {
      const recovered = log.open();
      if (wasDamaged) marks.hit('damage_without_effect');
      return recovered;
    } catch (error) {
      if (!(error instanceof LogCorruption)) throw error;
      if (!wasDamaged) throw new Violation('LogIsKept', `${this.id}: ${error.message}`);
      marks.hit('damage_refused');
      log.repair();
      heap.after(repairUs, () => this.start());
      return null;
    }
  }

  /**
   * The state machine as it is on the disk: all up to `index` was applied, in an earlier life. When the
   * log does not reach back so far, it is made again from a snapshot.
   */
  #stateAt(index: number, recovered: RecoveredLog): Machine {
    const { log, shelf, marks } = this.#parts;
    const usable = shelf.usable(recovered);
    const before = usable.find(({ head }) => head.index <= index);
    const fromStart = recovered.base.index === 0;
    const start = before ?? (fromStart ? undefined : usable[0]);
    if (start === undefined && !fromStart) {
      throw new Violation('StateIsKept', `${this.id} has no snapshot behind which its log goes on`);
    }
    if (start !== undefined && start.head.index > index) marks.hit('state_made_from_snapshot');
    const machine = start?.machine.copy() ?? new Machine();
    for (const entry of readAll(log, machine.applied.index + 1, index)) machine.apply(entry);
    return machine;
  }

  #fallBack(): void {
    const { draws, marks } = this.#parts;
    const index = Math.max(0, this.machine.applied.index - draws.between(1, maxFallBack));
    this.machine = new Machine();
    this.machine.applied = { index, term: 0 };
    marks.hit('state_machine_fell_back');
  }
}
