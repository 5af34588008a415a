import type { NodeId } from '../../src/raft/core/messages.ts';
import type { Core } from '../../src/raft/core/state.ts';
import type { Event, SnapshotHead } from '../../src/raft/core/types.ts';
import type { LogPosition } from '../../src/raft/ports.ts';
import type { DiskQueue } from './disk-queue.ts';
import type { Machine } from './machine.ts';
import type { NodeParts } from './node-parts.ts';
import type { SimSnapshot } from './snapshot-shelf.ts';

const takeUs = { from: 1_000, to: 100_000 };
const sendMeanUs = 30_000;
const installUs = { from: 500, to: 50_000 };
/** A sender that hears nothing for so long says so. */
const answerUs = 400_000;

/** What one process does with snapshots; the shelf outlives it. */
export class ProcessSnapshots {
  readonly #id: NodeId;
  readonly #parts: NodeParts;
  readonly #core: Core;
  readonly #machine: Machine;
  readonly #disk: DiskQueue;
  readonly #push: (event: Event) => void;
  readonly #sending = new Set<NodeId>();
  #installing = false;
  #dead = false;

  constructor(
    id: NodeId,
    parts: NodeParts,
    core: Core,
    machine: Machine,
    io: { readonly disk: DiskQueue; readonly push: (event: Event) => void },
  ) {
    this.#id = id;
    this.#parts = parts;
    this.#core = core;
    this.#machine = machine;
    this.#disk = io.disk;
    this.#push = io.push;
    this.#planTaking();
  }

  /** The state machine is on its way to a snapshot: nothing is applied meanwhile. */
  get installing(): boolean {
    return this.#installing;
  }

  die(): void {
    this.#dead = true;
  }

  /** Its bytes take their time; then they are one message, that may be late, doubled or lost. */
  send(peer: NodeId, term: number): void {
    const { shelf, snapshotDraws: draws, marks } = this.#parts;
    // Perhaps one that the state machine is still on its way to.
    const snapshot = shelf.newestFrom(this.#core.log.base.index);
    if (snapshot === null) throw new Error(`${this.#id} has no snapshot to send`);
    if (this.#sending.has(peer)) return;
    this.#sending.add(peer);
    marks.hit('snapshot_sent');
    const duration = draws.exponential(sendMeanUs);
    this.#later(duration, () => {
      this.#push({ type: 'snapshot_progress', peer });
      this.#parts.carrySnapshot(this.#id, peer, term, snapshot);
    });
    this.#later(duration + answerUs, () => this.answered(peer, 0));
  }

  /** The receiver has it, or speaks of a later term. */
  answered(peer: NodeId, term: number): void {
    if (!this.#sending.delete(peer)) return;
    this.#push({ type: 'snapshot_sent', peer, term });
  }

  /** Whole, verified, and durable from now on. Returns a later term when there is one. */
  receive(from: NodeId, term: number, snapshot: SimSnapshot): number {
    const { marks, shelf } = this.#parts;
    if (term < this.#core.term) marks.hit('snapshot_of_older_term');
    const { head } = snapshot;
    if (head.index <= this.#core.commit) marks.hit('snapshot_of_the_past');
    else shelf.add(snapshot);
    const held = this.#core.log.termAt(head.index) === head.term;
    if (held && head.index > this.#core.commit) marks.hit('snapshot_met_a_good_suffix');
    this.#push({ type: 'snapshot_received', from, term, snapshot: head });
    return this.#core.term > term ? this.#core.term : 0;
  }

  install(head: SnapshotHead, done: () => void): void {
    const { shelf, marks, invariants, snapshotDraws: draws } = this.#parts;
    this.#installing = true;
    this.#later(draws.between(installUs.from, installUs.to), () => {
      const snapshot = shelf.find(head);
      if (snapshot === null) throw new Error(`snapshot ${head.index} is gone`);
      if (head.index > this.#machine.applied.index) this.#machine.become(snapshot.machine);
      marks.hit('snapshot_installed');
      if (head.configuration_index > 0) marks.hit('members_came_by_snapshot');
      invariants.installed(this.#id, this.#machine.applied.index, this.#machine.chain);
      this.#installing = false;
      done();
    });
  }

  #planTaking(): void {
    const { conditions, snapshotDraws: draws } = this.#parts;
    if (conditions.snapshot_pace_us === 0) return;
    this.#later(draws.exponential(conditions.snapshot_pace_us), () => {
      this.#take();
      this.#planTaking();
    });
  }

  /** The copy is of this moment; it takes its time to become durable. */
  #take(): void {
    const { shelf, marks, snapshotDraws: draws } = this.#parts;
    const { index, term } = this.#machine.applied;
    if (this.#installing || index <= (shelf.newest?.head.index ?? 0)) return;
    const machine = this.#machine.copy();
    const { configuration, index: at } = this.#core.configurations.at(index);
    const head = { index, term, configuration, configuration_index: at };
    this.#later(draws.between(takeUs.from, takeUs.to), () => {
      shelf.add({ head, machine });
      marks.hit('snapshot_taken');
      const compaction = { snapshot: { index, term }, hold_index: Number.POSITIVE_INFINITY };
      this.#disk.add({
        compaction,
        done: (base: LogPosition) => {
          if (base.index > this.#core.log.base.index) marks.hit('log_compacted');
          this.#push({ type: 'compacted', base });
        },
      });
    });
  }

  #later(delayUs: number, run: () => void): void {
    this.#parts.heap.after(delayUs, () => {
      if (!this.#dead) run();
    });
  }
}
