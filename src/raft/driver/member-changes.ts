import type { PlacedConfiguration } from '../core/configurations.ts';
import {
  begin,
  type ChangeRefusal,
  isDone,
  type MemberChange,
  wasRemoved,
} from '../core/member-change.ts';
import type { Configuration } from '../core/messages.ts';
import { MembershipError } from '../errors.ts';
import { retryPauseMs } from './limits.ts';

/** How far a change has to be before whoever asked is told. */
export type ChangeStage =
  /** A majority holds its first step: a new node is a learner, and will be promoted by itself. */
  | 'begun'
  /** All of it is committed. */
  | 'done';

export interface ChangeOptions {
  readonly timeoutMs: number;
  /** Default: `done`. */
  readonly until?: ChangeStage;
}

interface Waiting {
  readonly change: MemberChange;
  readonly until: ChangeStage;
  readonly resolve: (configuration: PlacedConfiguration) => void;
  readonly reject: (error: MembershipError) => void;
  readonly timer: NodeJS.Timeout;
  retry: NodeJS.Timeout | null;
  /** The entry by which it began: from then on only the configuration tells what became of it. */
  begunAt: number | null;
}

/** Changes of the members that were asked for on this node, until they are so. */
export class MemberChanges {
  readonly #ask: (requestId: string, change: MemberChange) => void;
  readonly #waiting = new Map<string, Waiting>();
  #committed: PlacedConfiguration;
  #count = 0;

  /** @param ask gives the change to the core, which answers by `accepted` or `refused` */
  constructor(
    ask: (requestId: string, change: MemberChange) => void,
    committed: PlacedConfiguration,
  ) {
    this.#ask = ask;
    this.#committed = committed;
  }

  /** Resolves with the committed configuration that it led to; rejects with `MembershipError`. */
  change(change: MemberChange, { timeoutMs, until = 'done' }: ChangeOptions) {
    return new Promise<PlacedConfiguration>((resolve, reject) => {
      this.#count += 1;
      const id = `change.${this.#count}`;
      const timer = setTimeout(() => this.#expire(id), timeoutMs);
      this.#waiting.set(id, { change, until, resolve, reject, timer, retry: null, begunAt: null });
      this.#ask(id, change);
    });
  }

  accepted(requestId: string, index: number): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    waiting.begunAt = index;
    this.#look(requestId, waiting);
  }

  refused(requestId: string, reason: ChangeRefusal): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    // A leader is not ready for the time of one round trip only.
    if (reason === 'not_ready') {
      waiting.retry = setTimeout(() => this.#ask(requestId, waiting.change), retryPauseMs);
    } else {
      this.#settle(requestId, waiting).reject(new MembershipError(reason, REFUSALS[reason]));
    }
  }

  /** These are known to be committed now. */
  committed(configuration: PlacedConfiguration): void {
    this.#committed = configuration;
    for (const [id, waiting] of this.#waiting)
      if (waiting.begunAt !== null) this.#look(id, waiting);
  }

  /** What began behind these members was taken back with its entry, by a leader that never had it. */
  latest({ index }: PlacedConfiguration): void {
    for (const [id, waiting] of this.#waiting) {
      if ((waiting.begunAt ?? 0) > index) this.refused(id, 'not_leader');
    }
  }

  close(): void {
    for (const [id, waiting] of this.#waiting) {
      const error = new MembershipError('closed', 'The node is shutting down.');
      this.#settle(id, waiting).reject(error);
    }
  }

  #look(requestId: string, waiting: Waiting): void {
    const { change, until } = waiting;
    const { configuration } = this.#committed;
    if (isTakenBack(configuration, change)) {
      const error = new MembershipError('taken_back', 'The new node was removed before its time.');
      this.#settle(requestId, waiting).reject(error);
    } else if (
      isDone(configuration, change) ||
      (until === 'begun' && hasBegun(configuration, change))
    ) {
      this.#settle(requestId, waiting).resolve(this.#committed);
    }
  }

  #expire(requestId: string): void {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return;
    const what =
      waiting.begunAt !== null
        ? 'It has begun and may still come to its end: ask for the same again, or for the status.'
        : 'It has not begun.';
    const error = new MembershipError('timeout', `The change was not done in time. ${what}`);
    this.#settle(requestId, waiting).reject(error);
  }

  #settle(requestId: string, waiting: Waiting): Waiting {
    clearTimeout(waiting.timer);
    if (waiting.retry !== null) clearTimeout(waiting.retry);
    this.#waiting.delete(requestId);
    return waiting;
  }
}

function hasBegun(configuration: Configuration, change: MemberChange): boolean {
  return begin(configuration, change) === null;
}

/** The node that was to come was removed while it was a learner. */
function isTakenBack(configuration: Configuration, change: MemberChange): boolean {
  const comes = change.kind === 'add' || change.kind === 'replace';
  return comes && wasRemoved(configuration, change.member.id);
}

const REFUSALS: Readonly<Record<Exclude<ChangeRefusal, 'not_ready'>, string>> = {
  not_leader: 'This node does not lead: ask the leader.',
  in_progress: 'Another change of the members, or a transfer, is under way: wait for its end.',
  unsafe:
    'Of the voters that would be left, fewer than a majority answer: start those that are down, ' +
    'or replace one of them first.',
  unknown_member: 'No member has this id.',
  already_member: 'A member has this id and other addresses, or another part in a replacement.',
  removed_id: 'A node that was removed had this id, and no id is used twice: choose a new one.',
  address_taken: 'Another member has this address.',
  too_many: 'There are as many members as there may be: remove one first.',
  last_voter: 'It is the last voter: add another one first.',
};
