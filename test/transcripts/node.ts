import { configurationCodec } from '../../src/raft/configuration-codec.ts';
import type { Configuration, LogEntry, Message, NodeId } from '../../src/raft/core/messages.ts';
import { type Core, createCore } from '../../src/raft/core/state.ts';
import { step } from '../../src/raft/core/step.ts';
import type { Effect, Event, SendEffect, SnapshotHead, Timing } from '../../src/raft/core/types.ts';
import { HeldMessages } from '../../src/raft/driver/held-messages.ts';
import type { LogBatch } from '../../src/raft/ports.ts';
import { directoryIdOf } from '../fixtures/directory-id.ts';
import {
  compactImage,
  type DiskImage,
  emptyImage,
  readImage,
  recoverImage,
  writeBatch,
} from '../fixtures/disk-image.ts';
import { formatConfigurations, formatEntries, formatMessage } from './format.ts';

export const TIMING: Timing = {
  heartbeat_ms: 100,
  election_timeout_min_ms: 1000,
  election_timeout_max_ms: 2000,
};

const NOBODY: Configuration = { voters: [], voters_outgoing: [], learners: [] };

interface World {
  readonly now: number;
  readonly configuration: Configuration;
  print(line: string): void;
  /** Onto the network. Says whether the message got there. */
  post(from: StoryNode, to: NodeId, message: SendEffect['message']): boolean;
}

type ReadEntries = Extract<Effect, { type: 'read_entries' }>;

/**
 * A server of a story: the real core, and a host that performs its effects by the book. Its disk
 * works at once, unless the story takes it in hand (`manual`).
 */
export class StoryNode {
  readonly id: NodeId;
  core: Core;
  up = true;
  manual = false;
  applied: number;
  directory: string;
  /** Taken or received, oldest first; durable. */
  readonly snapshots: SnapshotHead[] = [];
  /** In which term it began to send its snapshot to whom. */
  readonly sending = new Map<NodeId, number>();
  /** What a crash leaves. */
  readonly durable: DiskImage;
  /** Written, not yet fsynced. */
  batches: LogBatch[] = [];
  diskReads: ReadEntries[] = [];
  /** What waits for the disk, and the same for telling what was never sent. */
  #held: HeldMessages;
  #waiting: SendEffect[] = [];
  readonly #world: World;
  readonly #joinIndex: number | null;
  #starts = 0;
  #folders = 1;

  /** @param joinIndex given: it starts without any members, as a node that joins */
  constructor(
    world: World,
    id: NodeId,
    image: DiskImage,
    applied: number,
    joinIndex: number | null = null,
  ) {
    this.#world = world;
    this.#joinIndex = joinIndex;
    this.id = id;
    this.directory = directoryIdOf(id);
    this.durable = image;
    this.applied = applied;
    this.#held = this.#holdMessages();
    this.core = this.#start();
  }

  give(...events: readonly Event[]): void {
    if (!this.up) return;
    let effects: readonly Effect[];
    try {
      effects = step(this.core, this.#world.now, events);
    } catch (error) {
      this.up = false;
      this.#print(`stops: ${(error as Error).message}`);
      return;
    }
    for (const effect of effects) this.#perform(effect);
    if (!this.manual) this.settle();
  }

  /** Lets the disk do all that it has to do. */
  settle(): void {
    const last = this.batches.at(-1);
    if (last !== undefined) this.fsync(last.seq);
    while (this.up && this.diskReads.length > 0) this.readDisk();
  }

  fsync(seq: number): void {
    while ((this.batches[0]?.seq ?? Number.POSITIVE_INFINITY) <= seq) {
      writeBatch(this.durable, this.batches.shift() as LogBatch);
    }
    this.give({ type: 'durable', seq });
    this.#release();
  }

  readDisk(maxEntries = Number.POSITIVE_INFINITY): void {
    const read = this.diskReads.shift();
    if (read === undefined) return;
    const entries = readImage(this.written(), read.from, read.to).slice(0, maxEntries);
    this.give({ type: 'entries_read', peer: read.peer, entries });
  }

  /** As after `applied`: the entries up to `index` are in a snapshot only. */
  compact(index: number): void {
    const { base } = this.durable;
    const term = this.durable.entries[index - base.index - 1]?.term ?? 0;
    const { configuration, index: configuration_index } = this.core.configurations.at(index);
    this.snapshots.push({ index, term, configuration, configuration_index });
    compactImage(this.durable, index);
    this.give({ type: 'compacted', base: { index, term } });
  }

  /** What is not fsynced is gone. */
  crash(): void {
    this.up = false;
    this.batches = [];
    this.#held = this.#holdMessages();
    this.#waiting = [];
    this.diskReads = [];
  }

  restart(): void {
    this.up = true;
    this.core = this.#start();
  }

  /** After a crash: nothing of its disk is left, and it begins again like one that was never there. */
  loseFolder(): void {
    this.#folders += 1;
    this.directory = `${this.id}-${this.#folders}`;
    this.applied = 0;
    this.snapshots.length = 0;
    Object.assign(this.durable, emptyImage());
  }

  /** The disk as this node reads it back: with what is not fsynced. */
  written(): DiskImage {
    const image = { ...this.durable, entries: [...this.durable.entries] };
    for (const batch of this.batches) writeBatch(image, batch);
    return image;
  }

  entries(): readonly LogEntry[] {
    return this.written().entries;
  }

  #start(): Core {
    this.#starts += 1;
    const recovered = recoverImage(this.durable);
    if (this.applied < recovered.base.index) {
      this.applied = recovered.base.index;
      this.#print(`makes its state from snapshot ${this.applied}`);
    }
    const snapshot = this.snapshots.findLast((one) => one.index <= this.applied);
    const first = this.#joinIndex === null ? this.#firstMembers() : NOBODY;
    return createCore({
      id: this.id,
      directory_id: this.directory,
      configuration: snapshot?.configuration ?? first,
      configuration_index: snapshot?.configuration_index ?? 0,
      join_index: this.#joinIndex ?? 0,
      timing: TIMING,
      seed: this.#starts,
      now: this.#world.now,
      hard_state: recovered.hard_state,
      codec: configurationCodec,
      log: recovered,
      applied: this.applied,
    });
  }

  /** As `cluster.json` has them: whose folder is new knows no others. */
  #firstMembers(): Configuration {
    const { configuration } = this.#world;
    return this.#folders === 1 ? configuration : withoutDirectories(configuration);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.batches.push(effect);
        return this.#print(formatBatch(effect));
      case 'send':
        return this.#send(effect);
      case 'read_entries':
        this.diskReads.push(effect);
        return this.#print(`reads ${effect.from}..${effect.to} from its disk for ${effect.peer}`);
      case 'send_snapshot':
        this.sending.set(effect.peer, effect.term);
        return this.#print(`begins to send ${effect.peer} its snapshot`);
      case 'install_snapshot':
        this.applied = effect.snapshot.index;
        this.#print(`becomes snapshot ${effect.snapshot.index}/${effect.snapshot.term}`);
        return this.give({ type: 'applied', index: this.applied });
      case 'commit':
        this.#print(`commits up to ${effect.index}`);
        this.applied = effect.index;
        return this.give({ type: 'applied', index: effect.index });
      case 'proposed':
        return this.#print(`takes ${effect.request_id} as ${effect.index}/${effect.term}`);
      case 'refused':
        return this.#print(`refuses ${effect.request_id}: ${effect.reason}`);
      case 'read_ready':
        return this.#print(`may answer ${effect.ids.join(' ')} from index ${effect.index} on`);
      case 'read_failed':
        return this.#print(`cannot answer ${effect.ids.join(' ')}`);
      case 'change_accepted':
        return this.#print(`begins ${effect.request_id} with entry ${effect.index}`);
      case 'change_refused':
        return this.#print(`refuses to ${effect.request_id}: ${effect.reason}`);
      case 'configuration':
        return this.#print(formatConfigurations(effect));
      case 'role_changed': {
        const leader = effect.leader_id === null ? 'no leader' : `leader ${effect.leader_id}`;
        return this.#print(`is ${effect.role} in term ${effect.term}, ${leader}`);
      }
    }
  }

  #send(effect: SendEffect): void {
    this.#held.send(effect, this.core.durableSeq);
    if (effect.after <= this.core.durableSeq) return;
    this.#waiting.push(effect);
    if (this.manual) {
      const what = formatMessage(effect.message);
      this.#print(`holds for ${effect.to} until batch ${effect.after}: ${what}`);
    }
  }

  #release(): void {
    const { durableSeq, term } = this.core;
    for (const effect of this.#waiting) {
      const isOver = effect.after <= durableSeq && effect.if_term !== term;
      if (isOver) this.#print(`drops, of term ${effect.if_term}: ${formatMessage(effect.message)}`);
    }
    this.#waiting = this.#waiting.filter(({ after }) => after > durableSeq);
    this.#held.release(durableSeq, term);
  }

  #holdMessages(): HeldMessages {
    return new HeldMessages({ send: (to, message) => this.#post(to, message) });
  }

  #post(to: NodeId, message: Message): void {
    const lost = this.#world.post(this, to, message) ? '' : ' (lost)';
    this.#print(`-> ${to} ${formatMessage(message)}${lost}`);
  }

  #print(what: string): void {
    this.#world.print(`${this.id} ${what}`);
  }
}

export function withoutDirectories(configuration: Configuration): Configuration {
  const voters = configuration.voters.map(({ directory_id: _, ...rest }) => rest);
  return { ...configuration, voters };
}

function formatBatch(batch: LogBatch): string {
  const parts = [`writes batch ${batch.seq}:`];
  if (batch.hard_state !== null) {
    parts.push(`term=${batch.hard_state.term} vote=${batch.hard_state.voted_for ?? '-'}`);
  }
  if (batch.reset !== undefined)
    parts.push(`starts over after ${batch.reset.index}/${batch.reset.term}`);
  if (batch.entries.length > 0) parts.push(formatEntries(batch.entries));
  return parts.join(' ');
}
