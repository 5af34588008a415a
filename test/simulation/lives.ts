import type { Member, NodeId } from '../../src/raft/core/messages.ts';
import { isMember } from './member-track.ts';
import type { Watched } from './watched.ts';

/** The nodes of a run by their ids, and what they were with folders that they have lost. */
export class Lives extends Map<NodeId, Watched> {
  readonly #former: { readonly id: NodeId; readonly node: Watched }[] = [];

  lostFolder(id: NodeId): void {
    const node = this.get(id);
    if (node !== undefined) this.#former.push({ id, node });
    this.delete(id);
  }

  /** A member with its folder, be it lost: one if its directory is known, else all that it may be. */
  of(member: Member): Watched[] {
    const present = [...this].map(([id, node]) => ({ id, node }));
    return [...this.#former, ...present]
      .filter(({ id, node }) => id === member.id && isMember(member, node.directory))
      .map(({ node }) => node);
  }
}
