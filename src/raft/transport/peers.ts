import type { Configuration, Member, NodeId } from '../core/messages.ts';
import type { Handshake } from './handshake.ts';
import type { TransportLimits } from './limits.ts';
import { peersOf } from './members.ts';
import type { PeerConnection } from './peer-connection.ts';
import { Refused } from './refusals.ts';

export interface PeersOptions {
  readonly self: NodeId;
  /** Others may answer this node's guests: it tells where it listens. */
  readonly takesGuests: boolean;
  readonly limits: Pick<TransportLimits, 'farewellMs'>;
  readonly connect: (member: Member) => PeerConnection;
  /** No connection to it any more. */
  readonly onGone: (peer: NodeId) => void;
}

/**
 * To whom this node is connected: the members; those who were removed, for as long as they need to
 * hear of it; and guests. A guest is a node of the cluster by its certificate that this node does not
 * know (yet): after an absence, the leader may be a node that joined in the meantime, and only from
 * it can the configuration be learned that names it.
 */
export class Peers {
  readonly #options: PeersOptions;
  readonly #connections = new Map<NodeId, PeerConnection>();
  readonly #farewells = new Map<NodeId, NodeJS.Timeout>();
  #members: ReadonlyMap<NodeId, Member> = new Map();
  #removed: ReadonlySet<NodeId> = new Set();

  constructor(options: PeersOptions) {
    this.#options = options;
  }

  get(peer: NodeId): PeerConnection | undefined {
    return this.#connections.get(peer);
  }

  [Symbol.iterator](): IterableIterator<[NodeId, PeerConnection]> {
    return this.#connections.entries();
  }

  setMembers(configuration: Configuration): void {
    this.#members = peersOf(configuration, this.#options.self);
    this.#removed = new Set(configuration.removed);
    for (const [id, connection] of this.#connections) {
      const member = this.#members.get(id);
      if (member === undefined) this.#leaves(id, connection);
      else if (member.raft !== connection.member.raft) this.#drop(id);
    }
    for (const [id, member] of this.#members) {
      clearTimeout(this.#farewells.get(id));
      this.#farewells.delete(id);
      if (!this.#connections.has(id)) this.#connections.set(id, this.#options.connect(member));
    }
  }

  /** Throws `Refused` when this node has nothing to do with it. */
  admit(peer: NodeId): void {
    if (this.#connections.has(peer)) return;
    const { self, takesGuests } = this.#options;
    if (this.#removed.has(peer)) {
      throw new Refused(
        'removed_sender',
        `${peer} was removed from the cluster and cannot take part under this id again`,
      );
    }
    if (takesGuests && peer !== self) return;
    throw new Refused(
      'unknown_sender',
      `${peer} is not another member of the cluster as ${self} knows it`,
    );
  }

  isGuest(peer: NodeId): boolean {
    return !this.#members.has(peer) && !this.#farewells.has(peer);
  }

  /** Whether `peer` may be the member that has this directory. */
  isWelcome(peer: NodeId, directory: string): boolean {
    const known = this.#members.get(peer)?.directory_id;
    return known === undefined || known === directory;
  }

  /** Throws `Refused` when it is not the one that the configuration means, whoever of the two dialled. */
  recognize(peer: NodeId, { directory_id }: Pick<Handshake, 'directory_id'>): void {
    if (this.isWelcome(peer, directory_id)) return;
    throw new Refused(
      'other_directory',
      `${peer} had another data folder when it became a member, and cannot go on without it`,
    );
  }

  /** A peer's stream came in. Throws `Refused` when there is no way to answer it, or no wish to. */
  arrived(peer: NodeId, handshake: Handshake): void {
    this.recognize(peer, handshake);
    const connection = this.#connections.get(peer);
    if (connection !== undefined && (this.#members.has(peer) || handshake.raft === undefined)) {
      connection.wake();
      return;
    }
    if (handshake.raft === undefined) {
      throw new Refused('unknown_sender', `${peer} does not say where it can be answered`);
    }
    if (connection?.member.raft === handshake.raft) return connection.wake();
    if (connection !== undefined) this.#drop(peer);
    const guest = { id: peer, raft: handshake.raft, api: '' };
    this.#connections.set(peer, this.#options.connect(guest));
  }

  close(): void {
    for (const timer of this.#farewells.values()) clearTimeout(timer);
    for (const connection of this.#connections.values()) connection.close();
  }

  #leaves(id: NodeId, connection: PeerConnection): void {
    if (this.#removed.has(id)) this.#sayFarewell(id);
    // A member of a later configuration than this node's latest, which it may just be learning.
    else if (!this.#options.takesGuests || !connection.reachable) this.#drop(id);
  }

  #sayFarewell(id: NodeId): void {
    if (this.#farewells.has(id)) return;
    const { farewellMs } = this.#options.limits;
    const timer = setTimeout(() => {
      this.#farewells.delete(id);
      this.#drop(id);
    }, farewellMs);
    this.#farewells.set(id, timer);
  }

  #drop(id: NodeId): void {
    const connection = this.#connections.get(id);
    this.#connections.delete(id);
    connection?.close();
    this.#options.onGone(id);
  }
}
