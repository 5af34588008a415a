import { configurationCodec } from '../configuration-codec.ts';
import type { PlacedConfiguration } from '../core/configurations.ts';
import { maxAppendBytes } from '../core/limits.ts';
import type { ChangeRefusal } from '../core/member-change.ts';
import type { LogEntry, NodeId } from '../core/messages.ts';
import { memberIds } from '../core/quorum.ts';
import { type Core, createCore } from '../core/state.ts';
import { deadline, step } from '../core/step.ts';
import type { CoreOptions, Effect, Event, RefusalReason, SnapshotHead } from '../core/types.ts';
import type { LogStore, Transport } from '../ports.ts';
import { Alarm } from './alarm.ts';
import { ClockJumps } from './clock-jumps.ts';
import { HeldMessages } from './held-messages.ts';

/** What the driver does not do itself. */
export interface DriverHooks {
  /** Just before the core takes in what has come so far. */
  beforeStep(): void;
  commit(index: number): void;
  proposed(requestId: string, index: number, term: number): void;
  refused(requestId: string, reason: RefusalReason): void;
  readReady(ids: readonly string[], index: number): void;
  readFailed(ids: readonly string[]): void;
  roleChanged(change: Extract<Effect, { type: 'role_changed' }>): void;
  changeAccepted(requestId: string, index: number): void;
  changeRefused(requestId: string, reason: ChangeRefusal): void;
  /** The latest members, and those that are committed: one of the two is another one now. */
  membersChanged(latest: PlacedConfiguration, committed: PlacedConfiguration): void;
  sendSnapshot(peer: NodeId, term: number): void;
  installSnapshot(snapshot: SnapshotHead): void;
  /** A broken invariant or a damaged log: nothing of this node may be believed any more. */
  fatal(error: Error): void;
}

/**
 * Feeds the core and performs its effects: the only place that does. Events that come in one turn
 * of the event loop are stepped together, so they share a write to the disk and a message per peer.
 */
export class Driver {
  readonly #core: Core;
  readonly #log: LogStore;
  readonly #transport: Transport;
  readonly #hooks: DriverHooks;
  readonly #held: HeldMessages;
  readonly #alarm: Alarm;
  readonly #clockJumps = new ClockJumps();
  #queue: Event[] = [];
  #scheduled = false;
  #halted = false;

  constructor(
    options: Omit<CoreOptions, 'now' | 'hard_state' | 'log' | 'codec'>,
    parts: { log: LogStore; transport: Transport },
    hooks: DriverHooks,
  ) {
    const { recovered } = parts.log;
    this.#log = parts.log;
    this.#transport = parts.transport;
    this.#hooks = hooks;
    this.#held = new HeldMessages(parts.transport);
    this.#core = createCore({
      ...options,
      now: performance.now(),
      codec: configurationCodec,
      hard_state: recovered.hard_state,
      log: recovered,
      disk_low: parts.log.diskLow,
    });
    this.#alarm = new Alarm(() => this.push({ type: 'tick' }));
  }

  /** The core's state, for reading only. */
  get core(): Readonly<Core> {
    return this.#core;
  }

  start(): void {
    this.#log.onDurable = (seq) => this.push({ type: 'durable', seq });
    // No retry: a failed fsync may have dropped pages, and a second one would claim success.
    this.#log.onFailure = (error) => this.halt(error);
    this.#log.onDiskLow = (low) => this.push({ type: 'disk', low });
    this.#transport.onMessage = (from, message, directory_id) =>
      this.push({ type: 'message', from, directory_id, message });
    // A node that joins has no members yet: its transport was told by whom it may be led.
    const { configuration } = this.#core;
    if (memberIds(configuration).length > 0) this.#transport.setMembers(configuration);
    this.#alarm.set(deadline(this.#core));
  }

  push(event: Event): void {
    if (this.#halted) return;
    this.#queue.push(event);
    // Nobody waits for the core to know what is applied: that comes along with the next event.
    if (this.#scheduled || event.type === 'applied') return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  /** Entries that are in memory, see `LogView.slice`. */
  cached(from: number, maxEntries: number, maxBytes: number): readonly LogEntry[] | null {
    return this.#core.log.slice(from, maxEntries, maxBytes);
  }

  /** Stops voting, acknowledging and sending, at once and for good. */
  halt(error: Error | null): void {
    if (this.#halted) return;
    this.#halted = true;
    this.#queue = [];
    this.#alarm.close();
    if (error !== null) this.#hooks.fatal(error);
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#halted) return;
    const events = this.#queue;
    this.#queue = [];
    if (this.#core.leases && this.#clockJumps.seen()) events.unshift({ type: 'clock_jumped' });
    this.#hooks.beforeStep();
    try {
      for (const effect of step(this.#core, performance.now(), events)) this.#perform(effect);
      this.#held.release(this.#core.durableSeq, this.#core.term);
    } catch (error) {
      this.halt(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#alarm.set(deadline(this.#core));
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        return this.#log.append(effect);
      case 'send':
        return this.#held.send(effect, this.#core.durableSeq);
      case 'read_entries':
        return this.#readEntries(effect);
      case 'commit':
        return this.#hooks.commit(effect.index);
      case 'proposed':
        return this.#hooks.proposed(effect.request_id, effect.index, effect.term);
      case 'refused':
        return this.#hooks.refused(effect.request_id, effect.reason);
      case 'read_ready':
        return this.#hooks.readReady(effect.ids, effect.index);
      case 'read_failed':
        return this.#hooks.readFailed(effect.ids);
      case 'role_changed':
        return this.#hooks.roleChanged(effect);
      case 'change_accepted':
        return this.#hooks.changeAccepted(effect.request_id, effect.index);
      case 'change_refused':
        return this.#hooks.changeRefused(effect.request_id, effect.reason);
      case 'configuration':
        this.#transport.setMembers(effect.latest.configuration);
        return this.#hooks.membersChanged(effect.latest, effect.committed);
      case 'send_snapshot':
        return this.#hooks.sendSnapshot(effect.peer, effect.term);
      case 'install_snapshot':
        return this.#hooks.installSnapshot(effect.snapshot);
    }
  }

  #readEntries({ peer, from, to }: Extract<Effect, { type: 'read_entries' }>): void {
    this.#log.read(from, to, maxAppendBytes).then(
      (entries) => this.push({ type: 'entries_read', peer, entries }),
      (error: Error) => {
        // Compacted away since it was asked for; the core goes by what the log holds now.
        if (error instanceof RangeError) this.push({ type: 'entries_read', peer, entries: [] });
        else this.halt(error);
      },
    );
  }
}
