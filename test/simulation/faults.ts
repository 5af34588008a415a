import type { Conditions, Fault } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Marks } from './marks.ts';
import type { Network } from './network.ts';
import type { Crash } from './node-log.ts';
import type { Draws, Randomness } from './randomness.ts';
import type { Script } from './script.ts';
import type { SimNode } from './sim-node.ts';

const shortestOutageUs = 20_000;
const latestNoticeUs = 50_000;
const slowDiskUs = { from: 300_000, to: 2_000_000 };
/** How soon after winning a hunted leader is struck. */
const huntUs = 80_000;

/** Breaks things, and lets most of them heal by and by. */
export class Faults {
  readonly #heap: EventHeap;
  readonly #random: Randomness;
  readonly #script: Script;
  /** Of the fault of the moment. */
  #draws: Draws;
  #count = 0;
  #losses = 0;
  readonly #marks: Marks;
  readonly #network: Network;
  readonly #conditions: Conditions;
  readonly #nodes: readonly SimNode[];
  #over = false;

  constructor(parts: {
    readonly heap: EventHeap;
    readonly random: Randomness;
    readonly script: Script;
    readonly marks: Marks;
    readonly network: Network;
    readonly conditions: Conditions;
    readonly nodes: readonly SimNode[];
  }) {
    this.#heap = parts.heap;
    this.#random = parts.random;
    this.#script = parts.script;
    this.#draws = parts.random.stream('faults');
    this.#marks = parts.marks;
    this.#network = parts.network;
    this.#conditions = parts.conditions;
    this.#nodes = parts.nodes;
  }

  start(): void {
    this.#planFault();
    if (this.#conditions.lost_folders > 0) this.#planLoss();
  }

  #planFault(): void {
    const pace = this.#random.stream('faults').exponential(this.#conditions.fault_pace_us);
    this.#heap.after(pace, () => {
      if (this.#over) return;
      this.#count += 1;
      this.#draws = this.#random.stream(`fault ${this.#count}`);
      const fault = this.#draws.weighted(this.#conditions.faults);
      if (this.#script.plays(`fault ${this.#count}`, fault)) this.#strike(fault);
      this.#planFault();
    });
  }

  #planLoss(): void {
    const name = `loss ${this.#losses + 1}`;
    const draws = this.#random.stream(name);
    this.#heap.after(draws.exponential(this.#conditions.loss_pace_us), () => {
      if (this.#over) return;
      this.#losses += 1;
      const node = this.#loser(draws);
      if (this.#script.plays(name, `${node.id} loses its data folder`)) {
        this.#draws = draws;
        this.#crash(node, 'kill');
        node.loseFolder();
      }
      if (this.#losses < this.#conditions.lost_folders) this.#planLoss();
    });
  }

  /** Often a learner: one that begins again must not be taken for the one that had caught up. */
  #loser(draws: Draws): SimNode {
    const whole = this.#nodes.filter((one) => one.isWhole);
    const learners = this.#leader()?.core?.configuration.learners ?? [];
    const learning = whole.filter(({ id }) => learners.some((learner) => learner.id === id));
    return draws.pick(learning.length > 0 && draws.chance(0.7) ? learning : whole);
  }

  stop(): void {
    this.#over = true;
  }

  /**
   * A leader has just been elected, and has said nothing yet. Half of the hunted ones are heard by a few
   * only from their first word on (the family of Figure 8); all are struck soon after.
   */
  hunt(leader: SimNode): void {
    const name = `hunt ${leader.id} ${leader.core?.term}`;
    const draws = this.#random.stream(name);
    if (this.#over || !draws.chance(this.#conditions.hunted_leaders)) return;
    if (!this.#script.plays(name, 'a new leader is struck')) return;
    this.#draws = draws;
    if (draws.chance(0.5)) this.#muffle(leader);
    this.#heap.after(draws.between(0, huntUs), () => {
      if (this.#over) return;
      this.#draws = draws;
      const how = draws.pick(['kill', 'power', 'isolate', 'half', 'pause'] as const);
      if (how === 'kill' || how === 'power') this.#crash(leader, how);
      else if (how === 'pause') leader.pause(this.#outage());
      else this.#cutOff(leader, how === 'half' ? this.#someOthers(leader) : this.#others(leader));
    });
  }

  #muffle(leader: SimNode): void {
    for (const { id } of this.#someOthers(leader)) this.#network.cut(leader.id, id);
    this.#healLater();
  }

  #strike(fault: Fault): void {
    const node = this.#draws.pick(this.#nodes);
    switch (fault) {
      case 'isolate_leader':
        return this.#cutOff(this.#leader() ?? node, this.#others(this.#leader() ?? node));
      case 'isolate_one':
        return this.#cutOff(node, this.#others(node));
      case 'halves':
        return this.#halves();
      case 'one_way':
        return this.#oneWay();
      case 'bridge':
        return this.#bridge(node);
      case 'heal':
        return this.#network.healAll();
      case 'pause':
        return node.pause(this.#outage());
      case 'kill':
      case 'power':
        return this.#crash(node, fault);
      case 'power_all':
        this.#marks.hit('power_cut_of_all');
        for (const each of this.#nodes) this.#crash(each, 'power');
        return;
      case 'slow_disk':
        return node.slowDisk(this.#draws.between(slowDiskUs.from, slowDiskUs.to));
      case 'disk_fails':
        return this.#crash(node, 'failed_fsync');
      case 'disk_low':
        return this.#fillDisk(this.#leader() ?? node);
      case 'flip_bit':
        this.#crash(node, 'kill');
        return node.damageLog(this.#draws);
      case 'reconnect':
        return this.#reconnect(node);
      case 'transfer':
        return this.#transfer();
    }
  }

  #crash(node: SimNode, crash: Crash): void {
    if (!node.up) return;
    node.crash(crash);
    // The connections of a process that dies are closed; those of a machine without power are not.
    if (crash !== 'power') this.#noticed(node, false);
    const draws = this.#draws;
    this.#heap.after(this.#outage(), () => {
      node.start();
      this.#draws = draws;
      this.#noticed(node, true);
    });
  }

  /** Some see it at once, others later or never. */
  #noticed({ id }: SimNode, reachable: boolean): void {
    for (const other of this.#nodes) {
      if (other.id === id || !this.#draws.chance(0.7)) continue;
      const after = this.#draws.between(0, latestNoticeUs);
      this.#heap.after(after, () => other.push({ type: 'reachable', peer: id, reachable }));
    }
  }

  #cutOff(node: SimNode, others: readonly SimNode[]): void {
    for (const other of others) this.#cutBoth(node, other);
    this.#healLater();
  }

  #healLater(): void {
    const heals = this.#draws.chance(0.7);
    this.#heap.after(this.#outage(), () => {
      if (!this.#over && heals) this.#network.healAll();
    });
  }

  #halves(): void {
    const size = this.#draws.between(1, this.#nodes.length - 1);
    const some = this.#draws.subset(this.#nodes, size);
    for (const one of some) {
      for (const other of this.#nodes) if (!some.includes(other)) this.#cutBoth(one, other);
    }
  }

  #oneWay(): void {
    this.#marks.hit('one_way_cut');
    for (const from of this.#nodes) {
      for (const to of this.#nodes) {
        if (from !== to && this.#draws.chance(0.3)) this.#network.cut(from.id, to.id);
      }
    }
  }

  /** Two sides that hear each other only through one node. */
  #bridge(bridge: SimNode): void {
    const others = this.#others(bridge);
    const left = this.#draws.subset(others, others.length >> 1);
    for (const one of left) {
      for (const other of others) if (!left.includes(other)) this.#cutBoth(one, other);
    }
  }

  #fillDisk(node: SimNode): void {
    node.push({ type: 'disk', low: true });
    this.#heap.after(this.#outage(), () => node.push({ type: 'disk', low: false }));
  }

  #reconnect(node: SimNode): void {
    for (const { id } of this.#others(node)) {
      const reachable = this.#draws.chance(0.7);
      if (this.#draws.chance(0.5)) node.push({ type: 'reachable', peer: id, reachable });
    }
  }

  /** To somebody, or to whom the leader chooses. */
  #transfer(): void {
    const to = this.#draws.chance(0.5) ? this.#draws.pick(this.#nodes).id : null;
    this.#leader()?.push({ type: 'transfer', to });
  }

  #cutBoth(one: SimNode, other: SimNode): void {
    this.#network.cut(one.id, other.id);
    this.#network.cut(other.id, one.id);
  }

  #leader(): SimNode | undefined {
    return this.#nodes.findLast((node) => node.core?.role === 'leader');
  }

  #others(node: SimNode): SimNode[] {
    return this.#nodes.filter((other) => other !== node);
  }

  #someOthers(node: SimNode): SimNode[] {
    const others = this.#others(node);
    return this.#draws.subset(others, this.#draws.between(1, others.length));
  }

  #outage(): number {
    return this.#draws.between(shortestOutageUs, this.#conditions.longest_outage_us);
  }
}
