import { wasRemoved } from '../core/member-change.ts';
import type { Configuration, NodeId } from '../core/messages.ts';
import { hasQuorum } from '../core/quorum.ts';

/** How a node learns that it is a member no more, and can never be one again. */
export class Removal {
  readonly #self: NodeId;
  readonly #onCertain: () => void;
  readonly #toldBy = new Set<NodeId>();
  #isCertain = false;

  /** @param onCertain called once, never from within a step */
  constructor(self: NodeId, onCertain: () => void) {
    this.#self = self;
    this.#onCertain = onCertain;
  }

  get isCertain(): boolean {
    return this.#isCertain;
  }

  /** The log says who the members are. */
  committed(configuration: Configuration): void {
    if (wasRemoved(configuration, this.#self)) this.#certain();
  }

  /**
   * It was away when that was decided, and `peer` speaks with it no more. One of them may be wrong, by an
   * entry that is taken back; a majority of those who could elect this node is not.
   */
  told(peer: NodeId, configuration: Configuration): void {
    this.#toldBy.add(peer);
    if (hasQuorum(configuration, (id) => this.#toldBy.has(id))) this.#certain();
  }

  /** It does, after all. */
  spokeWith(peer: NodeId): void {
    this.#toldBy.delete(peer);
  }

  #certain(): void {
    if (this.#isCertain) return;
    this.#isCertain = true;
    // Whoever is told may close this node.
    setImmediate(this.#onCertain);
  }
}
