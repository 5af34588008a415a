import type { Configuration, Message, NodeId } from '../../src/raft/core/messages.ts';
import { Client } from './clients.ts';
import { type Conditions, drawConditions, PROFILES, type Profile } from './conditions.ts';
import { EngineLog } from './engine-log.ts';
import { EventHeap } from './event-heap.ts';
import { Faults } from './faults.ts';
import { Invariants } from './invariants.ts';
import { Marks } from './marks.ts';
import { MemberChanges } from './member-changes.ts';
import { Network } from './network.ts';
import { MemoryLog } from './node-log.ts';
import { Randomness } from './randomness.ts';
import type { Recipe } from './recipe.ts';
import { Script } from './script.ts';
import { SimNode } from './sim-node.ts';
import { type SimSnapshot, SnapshotShelf } from './snapshot-shelf.ts';
import { Trace } from './trace.ts';
import { Violation } from './violation.ts';

/** Time to be back at work once everything is well again: 20 election timeouts. */
const recoveryUs = 10_000_000;

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

const NOBODY: Configuration = { voters: [], voters_outgoing: [], learners: [] };

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
    const drawn = drawConditions(recipe.profile, this.#random.stream('conditions'));
    this.#conditions = { ...drawn, ...recipe.conditions };
    this.#script = new Script(recipe.events ?? null, () => this.#heap.clock, record);
    this.#invariants = new Invariants(this.#marks, firstMembers(this.#conditions.nodes));
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
      this.#demandProgress();
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

  /** The faults are over: with a majority, then with all, writes must get through and all agree. */
  #demandProgress(): void {
    const draws = this.#random.stream('recovery');
    this.#network.calm = true;
    this.#network.healAll();
    // Which of them are a minority is not certain while the members change.
    const minority = this.#conditions.joiners > 0 ? 0 : (this.#nodes.length - 1) >> 1;
    const broken = draws.chance(0.5) ? draws.subset(this.#nodes, minority) : [];
    for (const node of this.#nodes) if (!broken.includes(node)) wake(node);
    if (broken.length > 0) {
      this.#marks.hit('minority_stayed_broken');
      const ways = ['down', 'deaf', 'mute', 'cut', 'stuck_disk'] as const;
      for (const node of broken) this.#break(node, draws.pick(ways));
      this.#demandWrite(this.#nodes.filter((node) => !broken.includes(node)));
      this.#network.healAll();
      for (const node of broken) wake(node);
    }
    this.#demandWrite(this.#members());
    this.#demandAgreement();
  }

  /** For good, or as good as that. */
  #break(node: SimNode, how: 'down' | 'deaf' | 'mute' | 'cut' | 'stuck_disk'): void {
    if (how === 'down') node.crash('kill');
    else wake(node);
    if (how === 'stuck_disk') node.stickDisk();
    for (const { id } of this.#nodes) {
      if (id === node.id) continue;
      if (how === 'deaf' || how === 'cut') this.#network.cut(id, node.id);
      if (how === 'mute' || how === 'cut') this.#network.cut(node.id, id);
    }
  }

  #demandWrite(nodes: readonly SimNode[]): void {
    let written = false;
    const client = this.#client(`final${this.#heap.now}`, nodes);
    const write = (): void => client.write(() => {});
    const before = this.#invariants.clients.acknowledged;
    write();
    const done = (): boolean => this.#invariants.clients.acknowledged > before;
    const end = this.#heap.now + recoveryUs;
    while (!written && this.#heap.now < end) {
      this.#heap.runUntil(Math.min(end, this.#heap.now + recoveryUs / 3), done);
      written = done();
      if (!written) write();
    }
    if (!written)
      throw new Violation('Progress', `no write in ${recoveryUs / 1e6} s without faults`);
  }

  #demandAgreement(): void {
    const agree = (): boolean => {
      const members = this.#members();
      const target = this.#invariants.committed;
      return members.every(({ machine }) => {
        return machine.applied.index === target && machine.chain === members[0]?.machine.chain;
      });
    };
    this.#heap.runUntil(this.#heap.now + recoveryUs, agree);
    if (!agree()) {
      const applied = this.#members().map(({ id, machine }) => `${id} ${machine.applied.index}`);
      throw new Violation('Progress', `no agreement without faults: ${applied.join(', ')}`);
    }
    for (const { id, machine } of this.#members())
      this.#invariants.clients.keepsAll(id, machine.done);
  }

  /** Whoever has a part in the newest committed configuration; the others are left to themselves. */
  #members(): SimNode[] {
    const { voters, voters_outgoing: outgoing, learners } = this.#invariants.members;
    const ids = new Set([...voters, ...outgoing, ...learners].map(({ id }) => id));
    return this.#nodes.filter(({ id }) => ids.has(id));
  }

  #createNodes({ nodes, joiners }: Conditions): SimNode[] {
    const ids = Array.from({ length: nodes + joiners }, (_, position) => nameOf(position));
    const first = firstMembers(nodes);
    return ids.map((id, position) => {
      const configuration = position < nodes ? first : NOBODY;
      return new SimNode(id, {
        heap: this.#heap,
        draws: this.#random.stream(`node ${id}`),
        marks: this.#marks,
        trace: this.#trace,
        invariants: this.#invariants,
        conditions: this.#conditions,
        configuration,
        log: this.#conditions.real_log ? new EngineLog(id, this.#marks) : new MemoryLog(),
        shelf: new SnapshotShelf(),
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
    this.#network.send(from, to, () => {
      this.#node(to).push({ type: 'message', from, message: carried });
    });
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

function wake(node: SimNode): void {
  node.setCalm();
  node.start();
}

function nameOf(position: number): NodeId {
  return `n${position + 1}`;
}

function firstMembers(count: number): Configuration {
  const ids = Array.from({ length: count }, (_, position) => nameOf(position));
  return { ...NOBODY, voters: ids.map((id) => ({ id, raft: `${id}:1`, api: `http://${id}-1` })) };
}
