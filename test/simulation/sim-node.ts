import { configurationCodec } from '../../src/raft/configuration-codec.ts';
import type { Configuration, LogEntry, Message, NodeId } from '../../src/raft/core/messages.ts';
import { isStalled } from '../../src/raft/core/persistence.ts';
import { type Core, createCore } from '../../src/raft/core/state.ts';
import { deadline, step } from '../../src/raft/core/step.ts';
import type { Effect, Event, SendEffect, Timing } from '../../src/raft/core/types.ts';
import { HeldMessages } from '../../src/raft/driver/held-messages.ts';
import type { LogBatch } from '../../src/raft/ports.ts';
import { formatMessage, formatState } from '../transcripts/format.ts';
import type { Conditions } from './conditions.ts';
import { DiskQueue } from './disk-queue.ts';
import type { EventHeap } from './event-heap.ts';
import { type Invariants, Violation } from './invariants.ts';
import { encodeCommand, Machine } from './machine.ts';
import type { Marks } from './marks.ts';
import type { Crash, NodeLog } from './node-log.ts';
import type { Draws } from './randomness.ts';
import type { Trace } from './trace.ts';

export const TIMING: Timing = {
  heartbeat_ms: 50,
  election_timeout_min_ms: 250,
  election_timeout_max_ms: 500,
};

/** One turn of the event loop: what comes within it is stepped together. */
const turnUs = { from: 10, to: 300 };
const maxApplyUs = 2_000;
/** How far the state machine may fall back when the power goes: its transactions are not fsynced. */
const maxFallBack = 20;

export interface NodeParts {
  readonly heap: EventHeap;
  readonly draws: Draws;
  readonly marks: Marks;
  readonly trace: Trace;
  readonly invariants: Invariants;
  readonly conditions: Conditions;
  readonly configuration: Configuration;
  readonly log: NodeLog;
  send(from: NodeId, to: NodeId, message: Message): void;
  /** Before it says its first word as leader. */
  becameLeader(id: NodeId): void;
}

type WriteDone = (index: number | null) => void;
type ReadDone = (appliedIndex: number | null) => void;

/** A process with the real core, a disk, and a state machine, that can be killed at any moment. */
export class SimNode {
  readonly id: NodeId;
  machine = new Machine();
  readonly #parts: NodeParts;
  readonly #rate: number;
  #life: Life | null = null;
  #calm = false;

  constructor(id: NodeId, parts: NodeParts) {
    this.id = id;
    this.#parts = parts;
    this.#rate = 1 + (parts.draws.next() * 2 - 1) * parts.conditions.clock_drift;
  }

  get up(): boolean {
    return this.#life !== null;
  }

  get core(): Core | null {
    return this.#life?.core ?? null;
  }

  start(): void {
    if (this.#life !== null) return;
    const { log, draws, trace, marks } = this.#parts;
    trace.add('start', this.id);
    trace.tell(() => `${time(this.#parts.heap)} ${this.id} starts`);
    if (this.#parts.heap.now > 0) marks.hit('restarted');
    const recovered = log.open();
    const { index: base } = recovered.base;
    const entries = readAll(log, base + 1, recovered.last_index);
    this.machine = replayed(entries, this.machine.applied.index);
    const core = createCore({
      id: this.id,
      configuration: this.#parts.configuration,
      timing: TIMING,
      seed: draws.between(0, 2 ** 32 - 1),
      now: 0,
      hard_state: recovered.hard_state,
      codec: configurationCodec,
      log: recovered,
      applied: this.machine.applied.index,
    });
    this.#parts.invariants.started(this.id, core, recovered, entries);
    this.#life = new Life(this.id, this.#parts, core, this.machine, this.#rate);
    if (this.#calm) this.#life.disk.setCalm();
    this.#life.setAlarm();
  }

  crash(crash: Crash): void {
    const life = this.#life;
    if (life === null) return;
    const { log, draws, marks, trace } = this.#parts;
    trace.add('crash', this.id, crash);
    trace.tell(() => `${time(this.#parts.heap)} ${this.id} crashes (${crash})`);
    marks.hit(crash === 'kill' ? 'process_killed' : 'power_cut');
    this.#life = null;
    log.crash(life.die(), crash, draws);
    if (crash === 'power' && draws.chance(0.5)) this.#fallBack();
  }

  /** The process stands still; what comes to it waits. */
  pause(us: number): void {
    if (us > TIMING.election_timeout_max_ms * 1000) {
      this.#parts.marks.hit('paused_longer_than_election_timeout');
    }
    this.#life?.pause(us);
  }

  slowDisk(us: number): void {
    if (this.#life !== null) this.#life.disk.slowUntil = this.#parts.heap.now + us;
  }

  /** Nothing gets onto it any more, until all is well again. */
  stickDisk(): void {
    if (this.#life !== null) this.#life.disk.stuck = true;
  }

  /** No faults of its own any more. */
  setCalm(): void {
    this.#calm = true;
    this.#life?.setCalm();
  }

  push(event: Event): void {
    this.#life?.push(event);
  }

  /** Waits for the result on this node, wherever the command is put into the log. */
  awaitWrite(requestId: string, done: WriteDone): void {
    this.#life?.writes.set(requestId, done);
  }

  propose(requestId: string, key: string, value: string): void {
    const command = encodeCommand({ request_id: requestId, key, value });
    this.push({ type: 'propose', request_id: requestId, command });
  }

  read(id: string, done: ReadDone): void {
    this.#life?.reads.set(id, done);
    this.push({ type: 'read', id });
  }

  #fallBack(): void {
    const { draws, marks } = this.#parts;
    const index = Math.max(0, this.machine.applied.index - draws.between(1, maxFallBack));
    this.machine = new Machine();
    this.machine.applied = { index, term: 0 };
    marks.hit('state_machine_fell_back');
  }
}

/** From the start of a process to its end. */
class Life {
  readonly core: Core;
  readonly disk: DiskQueue;
  readonly writes = new Map<string, WriteDone>();
  readonly reads = new Map<string, ReadDone>();
  readonly #id: NodeId;
  readonly #parts: NodeParts;
  readonly #machine: Machine;
  readonly #rate: number;
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

  constructor(id: NodeId, parts: NodeParts, core: Core, machine: Machine, rate: number) {
    this.#id = id;
    this.#parts = parts;
    this.core = core;
    this.#machine = machine;
    this.#rate = rate;
    this.#bornAt = parts.heap.now;
    this.#held = new HeldMessages({ send: (to, message) => this.#leaves(to, message) });
    this.disk = new DiskQueue(parts.log, parts, (batches) => this.#synced(batches));
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
    this.setAlarm();
  }

  #step(events: readonly Event[]): void {
    const { heap, invariants, trace } = this.#parts;
    const { core } = this;
    const before = { role: core.role, term: core.term };
    const now = ((heap.now - this.#bornAt) * this.#rate) / 1000;
    this.#markEvents(events);
    let effects: readonly Effect[];
    try {
      effects = step(core, now, events);
    } catch (error) {
      throw new Violation('CoreStopped', `${this.#id}: ${(error as Error).message}`);
    }
    trace.add(heap.now, this.#id, core.term, core.commit, core.log.lastIndex, effects.length);
    trace.tell(() => `${time(heap)} ${this.#id} ${formatState(core)}`);
    const leads = core.role === 'leader' && (before.role !== 'leader' || before.term !== core.term);
    if (leads) {
      invariants.becameLeader(this.#id);
      this.#parts.becameLeader(this.#id);
    }
    this.#markRole(before);
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
        const done = this.writes.get(effect.request_id);
        this.writes.delete(effect.request_id);
        return done?.(null);
      }
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
      done: (entries) => this.push({ type: 'entries_read', peer, entries }),
    });
  }

  #leaves(to: NodeId, message: Message): void {
    const { heap, trace } = this.#parts;
    trace.tell(() => `${time(heap)} ${this.#id} -> ${to} ${formatMessage(message)}`);
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
    if (count <= 0) return;
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
    const { index } = this.#machine.applied;
    this.push({ type: 'applied', index });
    const ready = this.#waitingForApply.filter((read) => read.index <= index);
    this.#waitingForApply = this.#waitingForApply.filter((read) => read.index > index);
    for (const read of ready) read.done(index);
  }

  #readReady(id: string, index: number): void {
    const done = this.#takeRead(id);
    if (done === undefined) return;
    this.#parts.marks.hit(this.core.role === 'leader' ? 'read_on_leader' : 'read_on_follower');
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

  #markEvents(events: readonly Event[]): void {
    const { core } = this;
    const { marks } = this.#parts;
    for (const event of events) {
      if (event.type !== 'message') continue;
      const { kind, body } = event.message;
      if (kind === 'AppendEntriesRequest' && body.term < core.term) {
        marks.hit('append_of_older_term');
      }
      const round = core.readsInRound?.round ?? 0;
      if (kind === 'AppendEntriesResponse' && body.read_round < round) {
        marks.hit('answer_to_older_round');
      }
    }
    if (core.role === 'leader' && core.readsWaiting.length > 0 && core.commit < core.noopIndex) {
      marks.hit('read_waited_for_no_op');
    }
  }

  #markRole(before: { role: Core['role']; term: number }): void {
    const { core } = this;
    const { marks } = this.#parts;
    if (before.role === 'candidate' && core.role === 'pre_candidate') {
      marks.hit('election_without_winner');
    }
    if (core.leaderId !== null && core.leaderId !== this.#id && core.term > before.term) {
      marks.hit('followed_new_leader_in_higher_term');
    }
    if (before.role !== 'leader' || core.role === 'leader') return;
    if (core.term > before.term) marks.hit('leader_gave_way_to_higher_term');
    else if (isStalled(core)) marks.hit('leader_gave_way_with_stalled_disk');
    else marks.hit('leader_gave_way_without_majority');
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

function time(heap: EventHeap): string {
  return (heap.now / 1000).toFixed(3).padStart(9);
}

function readAll(log: NodeLog, from: number, to: number): readonly LogEntry[] {
  return from > to ? [] : log.read(from, to, Number.MAX_SAFE_INTEGER);
}

/** The state machine as it is on the disk: all up to `index` was applied, in an earlier life. */
function replayed(entries: readonly LogEntry[], index: number): Machine {
  const machine = new Machine();
  for (const entry of entries.slice(0, index)) machine.apply(entry);
  return machine;
}
