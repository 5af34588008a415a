import { holdsLease } from '../../src/raft/core/lease.ts';
import { wasRemoved } from '../../src/raft/core/member-change.ts';
import type { LogEntry, Message, NodeId } from '../../src/raft/core/messages.ts';
import type { Core } from '../../src/raft/core/state.ts';
import { deadline, step } from '../../src/raft/core/step.ts';
import type { Effect, Event, SendEffect } from '../../src/raft/core/types.ts';
import { HeldMessages } from '../../src/raft/driver/held-messages.ts';
import type { LogBatch } from '../../src/raft/ports.ts';
import { formatMessage, formatState } from '../transcripts/format.ts';
import { DiskQueue } from './disk-queue.ts';
import type { Machine } from './machine.ts';
import { readAll } from './node-log.ts';
import type { NodeParts } from './node-parts.ts';
import { ProcessSnapshots } from './process-snapshots.ts';
import { markEvents, markRole } from './step-marks.ts';
import { Violation } from './violation.ts';

/** One turn of the event loop: what comes within it is stepped together. */
const turnUs = { from: 10, to: 300 };
const maxApplyUs = 2_000;
export type WriteDone = (index: number | null) => void;
export type ReadDone = (appliedIndex: number | null) => void;

interface Host {
  /** Of its clock. */
  readonly rate: number;
  /** The core has thrown: whether that is what it should do, and the process is over. */
  mayStop(error: Error): boolean;
}

/** From the start of a process to its end. */
export class Process {
  readonly core: Core;
  readonly disk: DiskQueue;
  readonly snapshots: ProcessSnapshots;
  readonly writes = new Map<string, WriteDone>();
  readonly reads = new Map<string, ReadDone>();
  readonly #id: NodeId;
  readonly #parts: NodeParts;
  readonly #machine: Machine;
  readonly #rate: number;
  readonly #host: Host;
  readonly #bornAt: number;
  readonly #held: HeldMessages;
  #heldEffects: SendEffect[] = [];
  #waitingForApply: { readonly index: number; readonly done: ReadDone }[] = [];
  #inbox: Event[] = [];
  #turnPlanned = false;
  #pausedUntil = 0;
  #alarmAt = Number.POSITIVE_INFINITY;
  #applyTo = 0;
  #applying = false;
  #dead = false;

  constructor(id: NodeId, parts: NodeParts, core: Core, machine: Machine, host: Host) {
    this.#id = id;
    this.#parts = parts;
    this.core = core;
    this.#machine = machine;
    this.#rate = host.rate;
    this.#host = host;
    this.#bornAt = parts.heap.now;
    this.#held = new HeldMessages({ send: (to, message) => this.#leaves(to, message) });
    this.disk = new DiskQueue(parts.log, parts, (batches) => this.#synced(batches));
    const push = (event: Event) => this.push(event);
    this.snapshots = new ProcessSnapshots(id, parts, core, machine, { disk: this.disk, push });
  }

  push(event: Event): void {
    if (this.#dead) return;
    this.#inbox.push(event);
    this.#planTurn();
  }

  pause(us: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#parts.heap.now + us);
  }

  setCalm(): void {
    this.#pausedUntil = 0;
    this.disk.setCalm();
    this.#turnPlanned = false;
    if (this.#inbox.length > 0) this.#planTurn();
  }

  die(): readonly LogBatch[] {
    this.#dead = true;
    this.snapshots.die();
    const votes = this.#heldEffects.filter(({ message }) => message.kind === 'VoteResponse');
    if (votes.length > 0) this.#parts.marks.hit('vote_lost_before_it_was_sent');
    return this.disk.die();
  }

  setAlarm(): void {
    const due = this.#bornAt + Math.ceil((deadline(this.core) * 1000) / this.#rate) + 1;
    if (due >= this.#alarmAt || due === Number.POSITIVE_INFINITY) return;
    this.#alarmAt = due;
    this.#parts.heap.at(due, () => {
      if (this.#dead || this.#alarmAt !== due) return;
      this.#alarmAt = Number.POSITIVE_INFINITY;
      this.push({ type: 'tick' });
    });
  }

  #planTurn(): void {
    if (this.#turnPlanned) return;
    this.#turnPlanned = true;
    const { heap, draws } = this.#parts;
    const at = Math.max(heap.now + draws.between(turnUs.from, turnUs.to), this.#pausedUntil);
    heap.at(at, () => this.#turn());
  }

  #turn(): void {
    if (this.#dead || !this.#turnPlanned) return;
    this.#turnPlanned = false;
    if (this.#parts.heap.now < this.#pausedUntil) return this.#planTurn();
    const events = this.#inbox;
    this.#inbox = [];
    if (events.length === 0) return;
    if (events.length > 1) this.#parts.marks.hit('several_events_in_one_step');
    this.#step(events);
    if (!this.#dead) this.setAlarm();
  }

  #step(events: readonly Event[]): void {
    const { heap, invariants, marks, trace } = this.#parts;
    const { core } = this;
    const before = { role: core.role, term: core.term };
    const now = ((heap.now - this.#bornAt) * this.#rate) / 1000;
    markEvents(marks, core, events);
    let effects: readonly Effect[];
    try {
      effects = step(core, now, events);
    } catch (error) {
      if (this.#host.mayStop(error as Error)) return;
      throw new Violation('CoreStopped', `${this.#id}: ${(error as Error).message}`);
    }
    trace.add(heap.now, this.#id, core.term, core.commit, core.log.lastIndex, effects.length);
    trace.tell(() => `${heap.clock} ${this.#id} ${formatState(core)}`);
    const leads = core.role === 'leader' && (before.role !== 'leader' || before.term !== core.term);
    if (leads) {
      invariants.becameLeader(this.#id);
      this.#parts.becameLeader(this.#id);
    }
    markRole(marks, this.#id, core, before);
    for (const effect of effects) this.#perform(effect);
    invariants.stepped(this.#id);
    this.#held.release(core.durableSeq, core.term);
    this.#markDropped();
  }

  #perform(effect: Effect): void {
    const { invariants } = this.#parts;
    switch (effect.type) {
      case 'persist':
        invariants.persisted(this.#id, effect);
        return this.disk.add(effect);
      case 'send':
        if (effect.after > this.core.durableSeq) this.#heldEffects.push(effect);
        return this.#held.send(effect, this.core.durableSeq);
      case 'read_entries':
        return this.#readEntries(effect);
      case 'commit':
        this.#applyTo = effect.index;
        return this.#planApply();
      case 'read_ready':
        for (const id of effect.ids) this.#readReady(id, effect.index);
        return;
      case 'read_failed':
        this.#parts.marks.hit('read_failed');
        for (const id of effect.ids) this.#takeRead(id)?.(null);
        return;
      case 'refused': {
        if (effect.reason === 'disk_low') this.#parts.marks.hit('refused_on_low_disk');
        const done = this.writes.get(effect.request_id);
        this.writes.delete(effect.request_id);
        return done?.(null);
      }
      case 'change_accepted':
        return this.#parts.marks.hit('change_begun');
      case 'change_refused':
        return this.#parts.marks.hit('change_refused');
      case 'configuration':
        if (wasRemoved(effect.committed.configuration, this.#id)) {
          this.#parts.marks.hit('member_learned_of_its_removal');
        }
        return;
      case 'send_snapshot':
        return this.snapshots.send(effect.peer, effect.term);
      case 'install_snapshot':
        this.#applyTo = Math.max(this.#applyTo, effect.snapshot.index);
        return this.snapshots.install(effect.snapshot, () => this.#applied());
      case 'proposed':
      case 'role_changed':
        return;
    }
  }

  #readEntries({ peer, from, to }: Extract<Effect, { type: 'read_entries' }>): void {
    this.#parts.marks.hit('entries_read_from_disk');
    this.disk.add({
      from,
      to,
      done: (entries: readonly LogEntry[]) => this.push({ type: 'entries_read', peer, entries }),
    });
  }

  #leaves(to: NodeId, message: Message): void {
    const { heap, trace } = this.#parts;
    trace.tell(() => `${heap.clock} ${this.#id} -> ${to} ${formatMessage(message)}`);
    this.#parts.invariants.sent(this.#id, to, message);
    this.#parts.send(this.#id, to, message);
  }

  #synced(batches: readonly LogBatch[]): void {
    this.#parts.invariants.synced(this.#id, batches);
    this.push({ type: 'durable', seq: batches.at(-1)?.seq ?? 0 });
  }

  #planApply(): void {
    if (this.#applying) return;
    this.#applying = true;
    const { heap, draws } = this.#parts;
    heap.after(draws.between(0, maxApplyUs), () => {
      if (this.#dead) return;
      this.#applying = false;
      this.#apply();
    });
  }

  #apply(): void {
    const from = this.#machine.applied.index + 1;
    const count = this.#applyTo - from + 1;
    // What the log has no more comes with the snapshot that took its place.
    if (count <= 0 || this.snapshots.installing || from <= this.core.log.base.index) return;
    const entries =
      this.core.log.slice(from, count, Number.POSITIVE_INFINITY) ??
      readAll(this.#parts.log, from, this.#applyTo);
    for (const entry of entries) {
      const outcome = this.#machine.apply(entry);
      this.#parts.invariants.applied(this.#id, entry, outcome, this.#machine.chain);
      if (outcome === null) continue;
      const done = this.writes.get(outcome.request_id);
      this.writes.delete(outcome.request_id);
      done?.(outcome.index);
    }
    this.#applied();
  }

  #applied(): void {
    const { index } = this.#machine.applied;
    if (this.#applyTo > index) this.#planApply();
    this.push({ type: 'applied', index });
    const ready = this.#waitingForApply.filter((read) => read.index <= index);
    this.#waitingForApply = this.#waitingForApply.filter((read) => read.index > index);
    for (const read of ready) read.done(index);
  }

  #readReady(id: string, index: number): void {
    const done = this.#takeRead(id);
    if (done === undefined) return;
    this.#parts.marks.hit(this.core.role === 'leader' ? 'read_on_leader' : 'read_on_follower');
    if (holdsLease(this.core)) this.#parts.marks.hit('read_by_lease');
    const { index: applied } = this.#machine.applied;
    if (index <= applied) return done(applied);
    this.#parts.marks.hit('read_waited_for_apply');
    this.#waitingForApply.push({ index, done });
  }

  #takeRead(id: string): ReadDone | undefined {
    const done = this.reads.get(id);
    this.reads.delete(id);
    return done;
  }

  #markDropped(): void {
    const { durableSeq, term } = this.core;
    const over = this.#heldEffects.filter(({ after }) => after <= durableSeq);
    this.#heldEffects = this.#heldEffects.filter(({ after }) => after > durableSeq);
    const late = over.some(({ message, if_term: ofTerm }) => {
      return message.kind === 'AppendEntriesResponse' && ofTerm !== term && message.body.success;
    });
    if (late) this.#parts.marks.hit('acknowledgement_of_older_term_dropped');
  }
}
