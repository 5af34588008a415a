import type { ForwardRequest, ForwardResponse, NodeId } from '../core/messages.ts';
import { ProposalError, type ProposalOutcome } from '../errors.ts';
import type { Outcome, Transport } from '../ports.ts';
import { forwardDeadlineMs, maxWaitingProposals, retryPauseMs } from './limits.ts';
import type { Placement, Placements } from './placements.ts';

interface Proposal {
  readonly request_id: string;
  readonly command: Uint8Array;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ProposalError) => void;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** It may be in some leader's log: from now on nobody can say that it was not applied. */
  maybePlaced: boolean;
  /** Leaders that were asked to take it and have not answered. */
  unanswered: number;
  /** The leadership (`leader/term`) that has it at the moment, `null` when none. */
  with: string | null;
}

interface Leadership {
  readonly leader_id: NodeId | null;
  readonly term: number;
}

/**
 * Proposals of this node's clients: brings each to the leader, again to the next one when the
 * leader changes, and settles it with the result that this node's own apply gave. The state machine
 * applies a request id once, so sending it again is safe.
 */
export class Proposals {
  readonly #self: NodeId;
  readonly #transport: Transport;
  readonly #placements: Placements;
  readonly #prepare: (command: Uint8Array) => Uint8Array;
  readonly #waiting = new Map<string, Proposal>();
  #leadership: Leadership = { leader_id: null, term: 0 };
  #closed = false;

  /** @param prepare called on the leader just before a command enters the log; gives a copy */
  constructor(
    self: NodeId,
    transport: Transport,
    placements: Placements,
    prepare: (command: Uint8Array) => Uint8Array,
  ) {
    this.#self = self;
    this.#transport = transport;
    this.#placements = placements;
    this.#prepare = prepare;
  }

  get areWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Resolves with the state machine's value for this request; rejects with `ProposalError`, when its
   * time is up at the next `expire`.
   */
  propose(requestId: string, command: Uint8Array, timeoutMs: number): Promise<unknown> {
    if (this.#closed) return Promise.reject(closedError('not_applied'));
    if (this.#waiting.size >= maxWaitingProposals) {
      const message = `${maxWaitingProposals} writes are already waiting on this node.`;
      return Promise.reject(new ProposalError('overloaded', 'not_applied', message));
    }
    return new Promise((resolve, reject) => {
      const proposal: Proposal = {
        request_id: requestId,
        command,
        resolve,
        reject,
        deadline: performance.now() + timeoutMs,
        maybePlaced: false,
        unanswered: 0,
        with: null,
      };
      this.#waiting.set(requestId, proposal);
      this.#dispatch(proposal);
    });
  }

  /** Takes a command that a peer forwarded; answers as soon as it has its place in the log. */
  onForward(request: ForwardRequest): Promise<ForwardResponse> {
    return new Promise((resolve) => {
      this.#place(request.request_id, request.command, resolve);
    });
  }

  leaderChanged(leadership: Leadership): void {
    this.#leadership = leadership;
    if (leadership.leader_id !== this.#self) this.#placements.forget();
    if (leadership.leader_id === null) return;
    for (const proposal of this.#waiting.values()) this.#dispatch(proposal);
  }

  applied(outcomes: readonly Outcome[]): void {
    for (const { request_id: requestId, value } of outcomes) {
      this.#placements.applied(requestId);
      const proposal = this.#waiting.get(requestId);
      if (proposal === undefined) continue;
      this.#waiting.delete(requestId);
      proposal.resolve(value);
    }
  }

  /**
   * The state machine became a snapshot: what it applied on the way has no outcome here. Whoever waits
   * asks again, and gets the stored one.
   */
  installed(): void {
    for (const proposal of this.#waiting.values()) {
      proposal.with = null;
      this.#dispatch(proposal);
    }
  }

  /** Rejects those whose time is up. To be called every now and then. */
  expire(): void {
    const now = performance.now();
    for (const proposal of this.#waiting.values()) {
      if (proposal.deadline <= now) this.#expire(proposal);
    }
  }

  close(): void {
    this.#closed = true;
    for (const proposal of [...this.#waiting.values()]) {
      this.#waiting.delete(proposal.request_id);
      proposal.reject(closedError(outcomeOf(proposal)));
    }
  }

  #dispatch(proposal: Proposal): void {
    const { leader_id: leader, term } = this.#leadership;
    if (leader === null) return;
    const leadership = `${leader}/${term}`;
    if (proposal.with === leadership) return;
    proposal.with = leadership;
    if (leader === this.#self) {
      // From here the core may append it in any turn of the event loop.
      this.#place(proposal.request_id, proposal.command, (placement) => {
        this.#placed(proposal, placement);
      });
    } else {
      this.#forward(proposal, leader);
    }
  }

  #place(requestId: string, command: Uint8Array, done: (placement: Placement) => void): void {
    this.#placements.place(requestId, this.#prepare(command), done);
  }

  #forward(proposal: Proposal, leader: NodeId): void {
    const request = {
      client_id: this.#self,
      request_id: proposal.request_id,
      command: proposal.command,
    };
    proposal.unanswered += 1;
    this.#transport.forward(leader, request, forwardDeadlineMs).then(
      (response) => {
        proposal.unanswered -= 1;
        this.#placed(proposal, response);
      },
      (error: { readonly sent?: boolean }) => {
        proposal.unanswered -= 1;
        if (error.sent !== false) proposal.maybePlaced = true;
        this.#tryAgain(proposal);
      },
    );
  }

  #placed(proposal: Proposal, { error }: ForwardResponse): void {
    if (error === '') proposal.maybePlaced = true;
    else if (error === 'not_leader' || mayBePlaced(proposal)) this.#tryAgain(proposal);
    else this.#refuse(proposal, error);
  }

  #refuse(proposal: Proposal, error: 'overloaded' | 'disk_low' | 'too_large'): void {
    if (!this.#waiting.delete(proposal.request_id)) return;
    proposal.reject(new ProposalError(error, 'not_applied', REFUSALS[error]));
  }

  /** After a pause, unless a new leader got it in the meantime. */
  #tryAgain(proposal: Proposal): void {
    const { with: leadership } = proposal;
    setTimeout(() => {
      if (!this.#waiting.has(proposal.request_id) || proposal.with !== leadership) return;
      proposal.with = null;
      this.#dispatch(proposal);
    }, retryPauseMs);
  }

  #expire(proposal: Proposal): void {
    this.#waiting.delete(proposal.request_id);
    const outcome = outcomeOf(proposal);
    const what =
      outcome === 'unknown'
        ? 'It may have been applied or may be later; only a retry with the same key tells.'
        : 'It was not applied.';
    proposal.reject(
      new ProposalError('no_quorum', outcome, `No majority took the write in time. ${what}`),
    );
  }
}

const REFUSALS = {
  overloaded: 'The leader has as much in flight as it may have. Try again shortly.',
  disk_low: 'The leader is low on disk space and takes no more writes until there is room.',
  too_large: 'The command is larger than a log entry may be.',
} as const;

function mayBePlaced(proposal: Proposal): boolean {
  return proposal.maybePlaced || proposal.unanswered > 0;
}

/** While some leader has it, nobody can say that it is in no log. */
function outcomeOf(proposal: Proposal): ProposalOutcome {
  return mayBePlaced(proposal) || proposal.with !== null ? 'unknown' : 'not_applied';
}

function closedError(outcome: ProposalOutcome): ProposalError {
  return new ProposalError('closed', outcome, 'The node is shutting down.');
}
