import type { Configuration, Message, NodeId } from '../../src/raft/core/messages.ts';
import { emptyImage } from '../fixtures/disk-image.ts';
import { arrival, votersOf } from '../fixtures/lone-server.ts';
import { StoryNode, withoutDirectories } from './node.ts';

export interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: Message;
  readonly directory: string;
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

  /** @param founding they have never met, and know nothing of each other but addresses */
  create(ids: readonly NodeId[], founding: boolean): void {
    const known = votersOf(ids);
    this.configuration = founding ? withoutDirectories(known) : known;
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

  post({ id: from, directory }: StoryNode, to: NodeId, message: Message): boolean {
    if (this.#cut.has(link(from, to)) || this.nodes.get(to)?.up !== true) return false;
    this.wire.push({ from, to, message, directory });
    return true;
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cut.add(link(from, to));
    this.wire = this.wire.filter((packet) => packet.from !== from || packet.to !== to);
  }

  heal(): void {
    this.#cut.clear();
  }

  deliver({ from, to, message, directory }: Packet): void {
    this.node(to).give(arrival(from, message, directory));
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
