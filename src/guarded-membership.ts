import type { MembershipControl } from './http/ports.ts';
import { TooFewCopies } from './lms/blobs/too-few-copies.ts';
import type { PeerRequest, PeerResponse } from './raft/transport/peer-handlers.ts';

/** Where nodes ask each other how many files they lack: `GET /file-copies/v1/lacking`. */
export const COPIES_PREFIX = '/file-copies/v1/';

const LACKING = `${COPIES_PREFIX}lacking`;

interface Voters {
  status(): {
    readonly node_id: string;
    readonly members: readonly { readonly id: string; readonly voter: boolean }[];
  };
}

interface PeerRequests {
  request(
    peer: string,
    request: { readonly method: string; readonly path: string; readonly signal: AbortSignal },
  ): Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }>;
}

/**
 * Lets nobody take a voter out while there are files that only it, and too few others, have. An
 * acknowledged file is on a majority of the voters of its time, and nothing else is known of the rest.
 */
export class GuardedMembership implements MembershipControl {
  readonly #changes: MembershipControl;
  readonly #voters: Voters;
  readonly #peers: PeerRequests;
  readonly #ownLacking: (signal: AbortSignal) => Promise<number>;

  /** @param ownLacking of all committed files, how many this node lacks; rejects when it cannot tell */
  constructor(
    changes: MembershipControl,
    voters: Voters,
    peers: PeerRequests,
    ownLacking: (signal: AbortSignal) => Promise<number>,
  ) {
    this.#changes = changes;
    this.#voters = voters;
    this.#peers = peers;
    this.#ownLacking = ownLacking;
  }

  /** Rejects with `TooFewCopies` too. */
  async changeMembers(...[change, options]: Parameters<MembershipControl['changeMembers']>) {
    const takesOut = change.kind === 'remove' || change.kind === 'replace';
    if (takesOut && options.acceptMissingFiles !== true) {
      await this.#requireCopies(change.id, change.kind === 'replace', options.timeoutMs);
    }
    return await this.#changes.changeMembers(change, options);
  }

  moveLeadership(to: string | null, timeoutMs: number): Promise<string | null> {
    return this.#changes.moveLeadership(to, timeoutMs);
  }

  /** Serves the other nodes. */
  async serve({ path, signal }: Pick<PeerRequest, 'path' | 'signal'>): Promise<PeerResponse> {
    if (path !== LACKING) return { status: 404 };
    return { status: 200, body: Buffer.from(String(await this.#ownLacking(signal))) };
  }

  async #requireCopies(leaving: string, isReplaced: boolean, timeoutMs: number): Promise<void> {
    const voters = this.#voters.status().members.filter((member) => member.voter);
    const left = voters.filter(({ id }) => id !== leaving);
    // What it refuses for other reasons is for the leader to say.
    if (left.length === voters.length || left.length === 0) return;
    const needed = Math.floor((left.length + Number(isReplaced)) / 2) + 1;
    const signal = AbortSignal.timeout(timeoutMs);
    const answers = await Promise.all(left.map(({ id }) => this.#reasonAgainst(id, signal)));
    const reasons = answers.filter((reason) => reason !== null);
    const complete = left.length - reasons.length;
    if (complete < needed) throw new TooFewCopies(needed, complete, reasons);
  }

  /** `null`: it has all files. */
  async #reasonAgainst(id: string, signal: AbortSignal): Promise<string | null> {
    try {
      const lacking = await this.#lackingOn(id, signal);
      return lacking === 0 ? null : `${id} lacks ${lacking}`;
    } catch {
      return `${id} could not tell in time`;
    }
  }

  async #lackingOn(id: string, signal: AbortSignal): Promise<number> {
    if (id === this.#voters.status().node_id) return await this.#ownLacking(signal);
    const { status, body } = await this.#peers.request(id, {
      method: 'GET',
      path: LACKING,
      signal,
    });
    let text = '';
    for await (const part of body) text += Buffer.from(part).toString();
    if (status !== 200 || !/^\d{1,9}$/.test(text)) throw new Error(`${id} answered ${status}`);
    return Number(text);
  }
}
