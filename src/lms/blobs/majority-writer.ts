import { setTimeout as sleep } from 'node:timers/promises';
import type { StagedBlob } from './blob-store.ts';
import { firstRetryMs, lastRetryMs } from './limits.ts';
import type { Membership, PeerBlobs } from './peer-blobs.ts';

/** Fewer than a majority of voters took the blob in time; nothing of it is on this node. */
export class NoBlobMajority extends Error {
  override readonly name = 'NoBlobMajority';

  constructor(durable: number, needed: number) {
    super(`the file reached ${durable} of the ${needed} nodes that it must be on`);
  }
}

/** Brings a staged blob to a majority of voters, this node included. */
export class MajorityWriter {
  readonly #peers: PeerBlobs;
  readonly #membership: () => Membership;

  constructor(peers: PeerBlobs, membership: () => Membership) {
    this.#peers = peers;
    this.#membership = membership;
  }

  /**
   * Resolves when the blob is fsynced on a majority. Peers that fail are tried again until then;
   * transfers that still run go on in the background until they end or `signal` fires, and who is
   * left without the blob fetches it (`MissingBlobs`).
   *
   * @throws NoBlobMajority when `signal` fired first: the staged blob was discarded
   */
  async keep(staged: StagedBlob, signal: AbortSignal): Promise<void> {
    for (let voters = this.#voters(); ; ) {
      await this.#keepOn(voters, staged, signal);
      // Somebody came or left meanwhile: the majority must be one of those who are there now.
      const now = this.#voters();
      if (isSame(now, voters)) return;
      voters = now;
    }
  }

  #voters(): string[] {
    const { members } = this.#membership();
    return members.filter((member) => member.voter).map((member) => member.id);
  }

  async #keepOn(voters: readonly string[], staged: StagedBlob, signal: AbortSignal): Promise<void> {
    const { self } = this.#membership();
    const own = voters.includes(self) ? 1 : 0;
    const needed = Math.floor(voters.length / 2) + 1 - own;
    const reached = new AbortController();
    const retry = AbortSignal.any([signal, reached.signal]);
    const transfers = voters
      .filter((voter) => voter !== self)
      .map((voter) => this.#bring(voter, staged, signal, retry));
    const durable = await countUntil(transfers, needed);
    reached.abort();
    if (durable < needed) {
      await staged.discard();
      throw new NoBlobMajority(durable + own, needed + own);
    }
    await staged.keep();
  }

  /** Resolves to whether the peer has it; never rejects. */
  async #bring(
    peer: string,
    staged: StagedBlob,
    signal: AbortSignal,
    retry: AbortSignal,
  ): Promise<boolean> {
    for (let pauseMs = firstRetryMs; ; pauseMs = Math.min(pauseMs * 2, lastRetryMs)) {
      try {
        if (await this.#peers.has(peer, staged.sha256, signal)) return true;
        await this.#peers.put(peer, staged, await staged.read(), signal);
        return true;
      } catch {
        const waited = await sleep(pauseMs, true, { signal: retry }).catch(() => false);
        if (!waited) return false;
      }
    }
  }
}

function isSame(voters: readonly string[], others: readonly string[]): boolean {
  return [...voters].sort().join() === [...others].sort().join();
}

/** Resolves with `needed` as soon as so many are true, else with how many were when all had ended. */
function countUntil(outcomes: readonly Promise<boolean>[], needed: number): Promise<number> {
  return new Promise((resolve) => {
    let reached = 0;
    let ended = 0;
    const check = () => {
      if (reached >= needed || ended === outcomes.length) resolve(reached);
    };
    for (const outcome of outcomes) {
      outcome.then((done) => {
        if (done) reached += 1;
        ended += 1;
        check();
      });
    }
    check();
  });
}
