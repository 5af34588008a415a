import type { Configuration, Message, NodeId } from '../../src/raft/core/messages.ts';
import { emptyImage } from '../fixtures/disk-image.ts';
import { StoryNode } from './node.ts';

export interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
}

/** The small world that a transcript plays in: nodes, a network in the story's hand, one clock. */
export class Story {
  now = 0;
  readonly nodes = new Map<NodeId, StoryNode>();
  configuration: Configuration = { voters: [], voters_outgoing: [], learners: [] };
  /** On its way, oldest first. */
  wire: Packet[] = [];
  /** Set aside by the story, to arrive when it says so. */
  readonly delayed = new Map<string, Packet>();
  readonly #cut = new Set<string>();
  #lines: string[] = [];

  create(ids: readonly NodeId[]): void {
    const voters = ids.map((id) => ({ id, raft: `${id}:1`, api: `http://${id}` }));
    this.configuration = { voters, voters_outgoing: [], learners: [] };
    for (const id of ids) this.nodes.set(id, new StoryNode(this, id, emptyImage(), 0));
  }

  node(id: NodeId | undefined): StoryNode {
    const node = this.nodes.get(id ?? '');
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Sorted, so that no order of creation shows. */
  sortedNodes(): StoryNode[] {
    return [...this.nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  post(from: NodeId, to: NodeId, message: Message): boolean {
    if (this.#cut.has(link(from, to)) || this.nodes.get(to)?.up !== true) return false;
    this.wire.push({ from, to, message });
    return true;
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(link(from, to));
    this.wire = this.wire.filter((packet) => packet.from !== from || packet.to !== to);
  }

  heal(): void {
    this.#cut.clear();
  }

  deliver({ from, to, message }: Packet): void {
    this.node(to).give({ type: 'message', from, message });
  }

  print(line: string): void {
    this.#lines.push(line);
  }

  /** What was printed since the last call. */
  output(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

function link(from: NodeId, to: NodeId): string {
  return `${from}>${to}`;
}
