import { directoryOf } from '../../src/raft/core/directories.ts';
import type { Message, NodeId } from '../../src/raft/core/messages.ts';
import { Client } from './clients.ts';
import { type Conditions, drawConditions, PROFILES, type Profile } from './conditions.ts';
import { EventHeap } from './event-heap.ts';
import { Faults } from './faults.ts';
import { firstMembers, nameOf, newFolder } from './folders.ts';
import { Invariants } from './invariants.ts';
import { Marks } from './marks.ts';
import { MemberChanges } from './member-changes.ts';
import { Network } from './network.ts';
import { Randomness } from './randomness.ts';
import type { Recipe } from './recipe.ts';
import { Recovery } from './recovery.ts';
import { Script } from './script.ts';
import { SimNode } from './sim-node.ts';
import type { SimSnapshot } from './snapshot-shelf.ts';
import { Trace } from './trace.ts';
import { Violation } from './violation.ts';

export interface Outcome {
  readonly violation: Violation | null;
  readonly marks: Marks;
  readonly events: number;
  readonly committed: number;
  /** Equal for two runs if and only if they were the same in every step. */
  readonly trace: string;
  /** Virtual time at the end, in µs. */
  readonly at: number;
  /** What happened, when it was recorded. */
  readonly script: Script['told'];
}

export interface Watching {
  /** Gets the story of the run, line by line. */
  readonly tell?: ((line: string) => void) | undefined;
  /** Keeps the list of events for `Outcome.script`. */
  readonly record?: boolean;
}

/** One run: a function of the recipe and the code. */
export function simulate(recipe: Recipe, watching: Watching = {}): Outcome {
  return new Simulation(recipe, watching).run();
}

/** Every profile in turn. */
export function profileOf(seed: number): Profile {
  return PROFILES[seed % PROFILES.length] as Profile;
}

class Simulation {
  readonly #random: Randomness;
  readonly #conditions: Conditions;
  readonly #heap = new EventHeap();
  readonly #marks = new Marks();
  readonly #trace: Trace;
  readonly #invariants: Invariants;
  readonly #network: Network;
  readonly #nodes: readonly SimNode[];
  readonly #faults: Faults;
  readonly #changes: MemberChanges;
  readonly #clients: readonly Client[];
  readonly #script: Script;

  constructor(recipe: Recipe, { tell, record = false }: Watching) {
    this.#trace = new Trace(tell ?? null);
    this.#random = new Randomness(recipe.seed);
    const drawn = drawConditions(
      recipe.profile,
      this.#random.stream('conditions'),
      this.#random.stream('later conditions'),
    );
    this.#conditions = { ...drawn, ...recipe.conditions };
    this.#script = new Script(recipe.events ?? null, () => this.#heap.clock, record);
    this.#invariants = new Invariants(this.#marks, firstMembers(this.#conditions));
    const parts = {
      heap: this.#heap,
      marks: this.#marks,
      invariants: this.#invariants,
      conditions: this.#conditions,
      script: this.#script,
      random: this.#random,
    };
    this.#network = new Network(parts);
    this.#nodes = this.#createNodes(this.#conditions);
    this.#faults = new Faults({
      ...parts,
      network: this.#network,
      nodes: this.#nodes,
    });
    this.#changes = new MemberChanges({
      ...parts,
      nodes: this.#nodes,
    });
    this.#clients = Array.from({ length: this.#conditions.clients }, (_, i) =>
      this.#client(`c${i}`),
    );
    this.#trace.tell(() => JSON.stringify(this.#conditions));
  }

  run(): Outcome {
    let violation: Violation | null = null;
    try {
      this.#rage();
      new Recovery({
        heap: this.#heap,
        random: this.#random,
        marks: this.#marks,
        invariants: this.#invariants,
        network: this.#network,
        conditions: this.#conditions,
        nodes: this.#nodes,
        client: (name, nodes) => this.#client(name, nodes),
      }).demand();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error;
    }
    return {
      violation,
      marks: this.#marks,
      events: this.#trace.events,
      committed: this.#invariants.committed,
      trace: this.#trace.hash,
      at: this.#heap.now,
      script: this.#script.told,
    };
  }

  #rage(): void {
    for (const node of this.#nodes.slice(0, this.#conditions.nodes)) node.start();
    for (const client of this.#clients) client.start();
    this.#faults.start();
    this.#changes.start();
    this.#heap.runUntil(this.#conditions.rage_us);
    this.#faults.stop();
    this.#changes.stop();
    for (const client of this.#clients) client.stop();
  }

  #createNodes({ nodes, joiners }: Conditions): SimNode[] {
    const ids = Array.from({ length: nodes + joiners }, (_, position) => nameOf(position));
    const { founding, real_log: real } = this.#conditions;
    return ids.map((id) => {
      return new SimNode(id, {
        heap: this.#heap,
        draws: this.#random.stream(`node ${id}`),
        marks: this.#marks,
        trace: this.#trace,
        invariants: this.#invariants,
        conditions: this.#conditions,
        ...newFolder(id, { nodes, founding, real_log: real }, this.#marks),
        newFolder: (loser) =>
          newFolder(loser, { nodes, founding: true, real_log: real }, this.#marks),
        snapshotDraws: this.#random.stream(`snapshots ${id}`),
        carrySnapshot: (from, to, term, snapshot) => this.#carrySnapshot(from, to, term, snapshot),
        send: (from, to, message) => this.#send(from, to, message),
        becameLeader: (leader) => this.#faults.hunt(this.#node(leader)),
      });
    });
  }

  #send(from: NodeId, to: NodeId, message: Message): void {
    const draws = this.#random.stream(`trim ${from}>${to}`);
    const trim = !this.#network.calm && draws.chance(this.#conditions.trimmed);
    const carried = trim ? trimmed(message) : message;
    const { directory } = this.#node(from);
    this.#network.send(from, to, () => {
      const receiver = this.#node(to);
      receiver.push({ type: 'message', from, directory_id: directory, message: carried });
      this.#refuse(receiver, from, directory);
    });
  }

  /** Who knows the sender by another directory says so, though not always at once. */
  #refuse({ id, core }: SimNode, peer: NodeId, directory: string): void {
    if (core === null) return;
    const known = directoryOf(core.configuration, peer) ?? directory;
    if (known === directory) return;
    if (!this.#network.calm && !this.#random.stream(`refusals ${id}`).chance(0.05)) return;
    this.#network.send(id, peer, () => this.#node(peer).told(directory));
  }

  /** To the other, and its answer back. */
  #carrySnapshot(from: NodeId, to: NodeId, term: number, snapshot: SimSnapshot): void {
    this.#network.send(from, to, () => {
      const laterTerm = this.#node(to).snapshots?.receive(from, term, snapshot);
      if (laterTerm === undefined) return;
      this.#network.send(to, from, () => this.#node(from).snapshots?.answered(to, laterTerm));
    });
  }

  #client(name: string, nodes = this.#nodes): Client {
    return new Client(name, {
      heap: this.#heap,
      random: this.#random,
      script: this.#script,
      conditions: this.#conditions,
      invariants: this.#invariants,
      nodes,
      forward: (from, requestId, key, value) => this.#forward(from, requestId, key, value),
    });
  }

  #forward(from: SimNode, requestId: string, key: string, value: string): void {
    const leader = from.core?.leaderId ?? from.id;
    if (leader === from.id) return from.propose(requestId, key, value);
    this.#network.send(from.id, leader, () => this.#node(leader).propose(requestId, key, value));
  }

  #node(id: NodeId): SimNode {
    const node = this.#nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }
}

/** What a leader might as well have sent: the first entry only. */
function trimmed(message: Message): Message {
  if (message.kind !== 'AppendEntriesRequest') return message;
  return { ...message, body: { ...message.body, entries: message.body.entries.slice(0, 1) } };
}
