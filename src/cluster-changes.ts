import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { MembershipControl } from './http/ports.ts';
import { checkedConfiguration } from './raft/configuration-codec.ts';
import type { MemberChange } from './raft/core/member-change.ts';
import type { ChangeOptions } from './raft/driver/member-changes.ts';
import { MembershipError, type MembershipErrorCode } from './raft/errors.ts';
import type { MembersChanged, RaftNode } from './raft/node.ts';
import type { PeerRequest, PeerResponse } from './raft/transport/peer-handlers.ts';

/** Where nodes ask the leader to change the members: `POST /members/v1/change` and `…/leadership`. */
export const MEMBERS_PREFIX = '/members/v1/';

/** Pause before the leader is looked for again. */
const retryPauseMs = 50;
const maxRequestBytes = 16 * 1024;
/** Of a leader that begins, to commit the first entry of its term. */
const maxTransferTries = 3;

/** What is needed of the Raft transport. */
interface PeerRequests {
  request(
    peer: string,
    request: {
      readonly method: string;
      readonly path: string;
      readonly body?: Uint8Array;
      readonly signal?: AbortSignal;
    },
  ): Promise<{ readonly status: number; readonly body: AsyncIterable<Uint8Array> }>;
}

type Leader = Pick<RaftNode, 'status' | 'changeMembers' | 'transferLeadership'>;

/**
 * Changes of the members from any node: done here when this node leads, else by the leader over the
 * mutually authenticated connections of the Raft transport. Both ends may be asked again for the same, so
 * a leader that dies on the way only means another try.
 */
export class ClusterChanges implements MembershipControl {
  readonly #raft: Leader;
  readonly #peers: PeerRequests;

  constructor(raft: Leader, peers: PeerRequests) {
    this.#raft = raft;
    this.#peers = peers;
  }

  changeMembers(change: MemberChange, options: ChangeOptions): Promise<MembersChanged> {
    const { timeoutMs, until = 'done' } = options;
    return this.#onLeader(timeoutMs, {
      here: (ms) => this.#raft.changeMembers(change, { timeoutMs: ms, until }),
      there: async (leader, ms) => {
        const body = { change, until, timeout_ms: ms };
        return changedSchema.parse(await this.#ask(leader, 'change', body, ms));
      },
    });
  }

  async moveLeadership(to: string | null, timeoutMs: number): Promise<string | null> {
    if (to !== null && this.#raft.status().leader_id === to) return to;
    await this.#onLeader(timeoutMs, {
      here: () => this.#moveFromHere(to),
      there: async (leader, ms) => {
        await this.#ask(leader, 'leadership', { to }, ms);
      },
    });
    return await this.#leader(timeoutMs);
  }

  /** Serves the other nodes. Only the leader does what they ask. */
  async serve({ path, body }: Pick<PeerRequest, 'path' | 'body'>): Promise<PeerResponse> {
    try {
      const request: unknown = JSON.parse(await textOf(body));
      return { status: 200, body: Buffer.from(JSON.stringify(await this.#do(path, request))) };
    } catch (error) {
      if (!(error instanceof MembershipError)) throw error;
      const { code, message } = error;
      return { status: 409, body: Buffer.from(JSON.stringify({ code, message })) };
    }
  }

  async #do(path: string, request: unknown): Promise<object> {
    if (path === `${MEMBERS_PREFIX}leadership`) {
      if (this.#raft.status().role !== 'leader') throw notLeader();
      await this.#moveFromHere(leadershipSchema.parse(request).to);
      return {};
    }
    const { change, until, timeout_ms: timeoutMs } = requestSchema.parse(request);
    return await this.#raft.changeMembers(change, { timeoutMs, until });
  }

  async #moveFromHere(to: string | null): Promise<void> {
    const { members, node_id: self } = this.#raft.status();
    if (to === self) return;
    const voters = members.filter((member) => member.voter && member.id !== self);
    if (!voters.some((member) => to === null || member.id === to)) {
      throw new MembershipError('unknown_member', 'No other voter has this id.');
    }
    for (let tries = 0; tries < maxTransferTries; tries += 1) {
      if (await this.#raft.transferLeadership(to)) return;
    }
    throw new MembershipError(
      'in_progress',
      'Nobody took the leadership over: see with `lms-admin status` whether that node is up.',
    );
  }

  async #onLeader<Result>(
    timeoutMs: number,
    what: {
      here(timeoutMs: number): Promise<Result>;
      there(leader: string, timeoutMs: number): Promise<Result>;
    },
  ): Promise<Result> {
    const until = performance.now() + timeoutMs;
    let last = noLeader();
    let tries = 0;
    while (performance.now() < until) {
      const left = Math.ceil(until - performance.now());
      const { role, leader_id: leader } = this.#raft.status();
      const whom = leader ?? this.#anyPeer(tries);
      tries += 1;
      try {
        if (role === 'leader') return await what.here(left);
        if (whom !== null) return await what.there(whom, left);
      } catch (error) {
        last = error instanceof MembershipError ? error : last;
        if (!canBeTriedAgain(error)) throw error;
      }
      await sleep(retryPauseMs);
    }
    throw last.code === 'not_leader' ? noLeader() : last;
  }

  /** A node that moved is not heard by a leader that it cannot hear: it asks one after the other. */
  #anyPeer(tries: number): string | null {
    const { members, node_id: self } = this.#raft.status();
    const others = members.filter((member) => member.id !== self);
    return others[tries % Math.max(1, others.length)]?.id ?? null;
  }

  async #leader(timeoutMs: number): Promise<string | null> {
    const until = performance.now() + timeoutMs;
    while (this.#raft.status().leader_id === null && performance.now() < until) {
      await sleep(retryPauseMs);
    }
    return this.#raft.status().leader_id;
  }

  async #ask(leader: string, what: string, request: object, timeoutMs: number): Promise<unknown> {
    const answer = await this.#peers.request(leader, {
      method: 'POST',
      path: MEMBERS_PREFIX + what,
      body: Buffer.from(JSON.stringify(request)),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await textOf(answer.body);
    if (answer.status === 200) return JSON.parse(text);
    if (answer.status !== 409) throw new Error(`${leader} answered with ${answer.status}: ${text}`);
    const { code, message } = refusalSchema.parse(JSON.parse(text));
    throw new MembershipError(code as MembershipErrorCode, message);
  }
}

/** The leader was another one, or is gone: whoever leads next may be asked. */
function canBeTriedAgain(error: unknown): boolean {
  return !(error instanceof MembershipError) || error.code === 'not_leader';
}

function notLeader(): MembershipError {
  return new MembershipError('not_leader', 'This node does not lead: ask the leader.');
}

function noLeader(): MembershipError {
  return new MembershipError('timeout', 'No leader was found in time: is a majority running?');
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > maxRequestBytes) throw new Error('a message about members is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

const memberSchema = z.object({ id: z.string(), raft: z.string(), api: z.string() });

const requestSchema = z.object({
  change: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('add'), member: memberSchema }),
    z.object({ kind: z.literal('remove'), id: z.string() }),
    z.object({ kind: z.literal('replace'), id: z.string(), member: memberSchema }),
    z.object({ kind: z.literal('update'), member: memberSchema }),
  ]),
  until: z.enum(['begun', 'done']),
  timeout_ms: z.number(),
});

const leadershipSchema = z.object({ to: z.string().nullable() });
const refusalSchema = z.object({ code: z.string(), message: z.string() });
const changedSchema = z.object({
  index: z.int(),
  configuration: z.unknown().transform(checkedConfiguration),
});
