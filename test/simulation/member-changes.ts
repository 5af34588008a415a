import type { MemberChange } from '../../src/raft/core/member-change.ts';
import type { Configuration, Member, NodeId } from '../../src/raft/core/messages.ts';
import type { Conditions } from './conditions.ts';
import type { EventHeap } from './event-heap.ts';
import type { Marks } from './marks.ts';
import type { Draws, Randomness } from './randomness.ts';
import type { Script } from './script.ts';
import type { SimNode } from './sim-node.ts';

/** As many voters as an administrator keeps, more or less. */
const fewVoters = 3;
const manyVoters = 5;

/**
 * An administrator who changes the members all the time, often asks the wrong node, sometimes for two
 * things at once, and gives nodes other addresses. Whoever was removed is left running: it may not know.
 */
export class MemberChanges {
  readonly #heap: EventHeap;
  readonly #random: Randomness;
  readonly #script: Script;
  /** Of the change of the moment. */
  #draws: Draws;
  readonly #marks: Marks;
  readonly #conditions: Conditions;
  readonly #nodes: readonly SimNode[];
  #over = false;
  #asked = 0;
  #count = 0;

  constructor(parts: {
    readonly heap: EventHeap;
    readonly random: Randomness;
    readonly script: Script;
    readonly marks: Marks;
    readonly conditions: Conditions;
    readonly nodes: readonly SimNode[];
  }) {
    this.#heap = parts.heap;
    this.#random = parts.random;
    this.#script = parts.script;
    this.#draws = parts.random.stream('changes');
    this.#marks = parts.marks;
    this.#conditions = parts.conditions;
    this.#nodes = parts.nodes;
  }

  start(): void {
    if (this.#conditions.joiners === 0) return;
    const pace = this.#random.stream('changes').exponential(this.#conditions.change_pace_us);
    this.#heap.after(pace, () => {
      if (this.#over) return;
      this.#count += 1;
      this.#draws = this.#random.stream(`change ${this.#count}`);
      if (this.#script.plays(`change ${this.#count}`, 'of members')) this.#change();
      this.start();
    });
  }

  stop(): void {
    this.#over = true;
  }

  #change(): void {
    const leaders = this.#nodes.filter((node) => node.core?.role === 'leader');
    const asked = leaders.at(-1) ?? this.#draws.pick(this.#nodes);
    const configuration = asked.core?.configuration;
    if (configuration === undefined || configuration.voters.length === 0) return;
    const times = this.#draws.chance(0.2) ? 2 : 1;
    for (let time = 0; time < times; time += 1) this.#ask(asked, this.#some(configuration));
    if (times > 1) this.#marks.hit('two_changes_asked_for_at_once');
  }

  #ask(node: SimNode, change: MemberChange): void {
    this.#asked += 1;
    if (change.kind === 'add' || change.kind === 'replace') {
      this.#nodes.find(({ id }) => id === change.member.id)?.start();
    }
    node.push({ type: 'change_members', request_id: `change ${this.#asked}`, change });
  }

  #some(configuration: Configuration): MemberChange {
    const { voters, learners } = configuration;
    const members = [...voters, ...learners];
    const spare = this.#spare(configuration);
    const kinds = { add: 3, remove: 3, replace: 2, update: 1 };
    if (voters.length >= manyVoters) kinds.add = 0;
    if (voters.length <= fewVoters) kinds.remove = 1;
    if (spare === null) kinds.add = kinds.replace = 0;
    const kind = this.#draws.weighted(kinds);
    const { id } = this.#draws.pick(members);
    if (kind === 'update' || spare === null) {
      if (kind === 'remove') return { kind, id };
      return { kind: 'update', member: addressed(id, this.#draws.between(1, 9)) };
    }
    if (kind === 'add') return { kind, member: addressed(spare, 1) };
    if (kind === 'replace') return { kind, id, member: addressed(spare, 1) };
    return { kind, id };
  }

  /** An id that is no member; sometimes one that was. */
  #spare({ voters, learners, removed = [] }: Configuration): NodeId | null {
    const members = [...voters, ...learners].map(({ id }) => id);
    const again = this.#draws.chance(0.1);
    const free = this.#nodes
      .map(({ id }) => id)
      .filter((id) => !members.includes(id) && (again || !removed.includes(id)));
    return free.length === 0 ? null : this.#draws.pick(free);
  }
}

function addressed(id: NodeId, host: number): Member {
  return { id, raft: `${id}:${host}`, api: `http://${id}-${host}` };
}
