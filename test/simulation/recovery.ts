import { areIdentified } from '../../src/raft/core/directories.ts';
import type { Member, NodeId } from '../../src/raft/core/messages.ts';
import type { Client } from './clients.ts';
import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import { NOBODY } from './folders.ts';
import type { Invariants } from './invariants.ts';
import type { Marks } from './marks.ts';
import { isMember, isQuorum } from './member-track.ts';
import type { Network } from './network.ts';
import type { Randomness } from './randomness.ts';
import type { SimNode } from './sim-node.ts';
import { Violation } from './violation.ts';

/** Time to be back at work once everything is well again: 20 election timeouts. */
const recoveryUs = 10_000_000;

interface RecoveryParts {
  readonly heap: EventHeap;
  readonly random: Randomness;
  readonly marks: Marks;
  readonly invariants: Invariants;
  readonly network: Network;
  readonly conditions: Conditions;
  readonly nodes: readonly SimNode[];
  client(name: string, nodes: readonly SimNode[]): Client;
}

/** The second part of a run: whatever has happened, all come back to work and agree. */
export class Recovery {
  readonly #parts: RecoveryParts;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** The faults are over: with a majority, then with all, writes must get through and all agree. */
  demand(): void {
    const { network, nodes } = this.#parts;
    network.calm = true;
    network.healAll();
    const broken = this.#minority();
    for (const node of nodes) if (!broken.includes(node)) wake(node);
    if (broken.length > 0) this.#demandWriteWithout(broken);
    if (!this.#mayGoOn()) return;
    this.#demandWrite(this.#members());
    this.#demandAgreement();
  }

  /** Who may stay broken, in half of the runs: a minority, with those that have lost their folders. */
  #minority(): readonly SimNode[] {
    const { random, conditions, nodes, invariants } = this.#parts;
    // Which of them are one is not certain while the members change.
    const minority = conditions.joiners > 0 ? 0 : (nodes.length - 1) >> 1;
    const whole = nodes.filter((node) => node.isWhole);
    const spare = minority - (nodes.length - whole.length);
    // Nothing begins before all of the first members have met.
    if (spare <= 0 || !areIdentified(invariants.members)) return [];
    const draws = random.stream('recovery');
    return draws.chance(0.5) ? draws.subset(whole, spare) : [];
  }

  #demandWriteWithout(broken: readonly SimNode[]): void {
    const { random, network, nodes, marks } = this.#parts;
    marks.hit('minority_stayed_broken');
    const ways = ['down', 'deaf', 'mute', 'cut', 'stuck_disk'] as const;
    const draws = random.stream('ways to be broken');
    for (const node of broken) this.#break(node, draws.pick(ways));
    this.#demandWrite(nodes.filter((node) => node.isWhole && !broken.includes(node)));
    network.healAll();
    for (const node of broken) wake(node);
  }

  /** For good, or as good as that. */
  #break(node: SimNode, how: 'down' | 'deaf' | 'mute' | 'cut' | 'stuck_disk'): void {
    if (how === 'down') node.crash('kill');
    else wake(node);
    if (how === 'stuck_disk') node.stickDisk();
    for (const { id } of this.#parts.nodes) {
      if (id === node.id) continue;
      if (how === 'deaf' || how === 'cut') this.#parts.network.cut(id, node.id);
      if (how === 'mute' || how === 'cut') this.#parts.network.cut(node.id, id);
    }
  }

  #demandWrite(nodes: readonly SimNode[]): void {
    let written = false;
    const client = this.#parts.client(`final${this.#parts.heap.now}`, nodes);
    const write = (): void => client.write(() => {});
    const before = this.#parts.invariants.clients.acknowledged;
    write();
    const done = (): boolean => this.#parts.invariants.clients.acknowledged > before;
    const end = this.#parts.heap.now + recoveryUs;
    while (!written && this.#parts.heap.now < end) {
      this.#parts.heap.runUntil(Math.min(end, this.#parts.heap.now + recoveryUs / 3), done);
      written = done();
      if (!written) write();
    }
    if (!written)
      throw new Violation('Progress', `no write in ${recoveryUs / 1e6} s without faults`);
  }

  #demandAgreement(): void {
    const agree = (): boolean => {
      const members = this.#members();
      const target = this.#parts.invariants.committed;
      return members.every(({ machine }) => {
        return machine.applied.index === target && machine.chain === members[0]?.machine.chain;
      });
    };
    this.#parts.heap.runUntil(this.#parts.heap.now + recoveryUs, agree);
    if (!agree()) {
      const applied = this.#members().map(({ id, machine }) => `${id} ${machine.applied.index}`);
      throw new Violation('Progress', `no agreement without faults: ${applied.join(', ')}`);
    }
    for (const { id, machine } of this.#members())
      this.#parts.invariants.clients.keepsAll(id, machine.done);
  }

  /** Whether enough of those that decide have what they promised: of a change that is under way, too. */
  #mayGoOn(): boolean {
    const here = (member: Member): boolean => isMember(member, this.#directoryOf(member.id));
    const deciding = this.#parts.nodes.map(({ core }) => core?.configuration ?? NOBODY);
    return [this.#parts.invariants.members, ...deciding].every((one) => {
      return one.voters.length === 0 || isQuorum(one, here);
    });
  }

  /** Whoever has a part in the newest committed configuration; the others are left to themselves. */
  #members(): SimNode[] {
    const { voters, voters_outgoing: outgoing, learners } = this.#parts.invariants.members;
    const members = [...voters, ...outgoing, ...learners];
    return this.#parts.nodes.filter(({ id, directory }) => {
      return members.some((member) => member.id === id && isMember(member, directory));
    });
  }

  #directoryOf(id: NodeId): string {
    return this.#parts.nodes.find((node) => node.id === id)?.directory ?? '';
  }
}

function wake(node: SimNode): void {
  node.setCalm();
  node.start();
}
