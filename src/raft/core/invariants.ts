import { assert } from './assert.ts';
import type { Core } from './state.ts';

/** What must not go back from one step to the next. */
export interface Checkpoint {
  readonly term: number;
  readonly votedFor: string | null;
  readonly commit: number;
  readonly lastIndex: number;
  readonly baseIndex: number;
  readonly leader: boolean;
}

export function checkpoint(core: Core): Checkpoint {
  return {
    term: core.term,
    votedFor: core.votedFor,
    commit: core.commit,
    lastIndex: core.log.lastIndex,
    baseIndex: core.log.base.index,
    leader: core.role === 'leader',
  };
}

/** All of this costs a few comparisons, so it is checked after every step, in production too. */
export function checkInvariants(core: Core, before: Checkpoint): void {
  const { log } = core;
  assert(log.base.index <= core.commit, 'the commit index is inside the snapshot');
  assert(core.commit <= log.lastIndex, 'the commit index is beyond the log');
  assert(core.durable <= log.lastIndex, 'more is durable than the log holds');
  assert(
    log.base.index <= core.announced,
    'what was not given out for applying was compacted away',
  );
  assert(core.announced <= core.commit, 'entries were given out for applying and not committed');
  assert(log.lastTerm <= core.term, 'the log holds a term that this node has not reached');

  assert(core.term >= before.term, 'the term went back');
  assert(core.commit >= before.commit, 'the commit index went back');
  assert(log.base.index >= before.baseIndex, 'the base of the log went back');
  if (core.term === before.term) {
    const voted = before.votedFor === null || core.votedFor === before.votedFor;
    assert(voted, 'two votes in one term');
    if (before.leader && core.role === 'leader') {
      assert(log.lastIndex >= before.lastIndex, "a leader's log shrank");
    }
  }
  if (core.role === 'leader') {
    assert(core.leaderId === core.id, 'a leader takes someone else for the leader');
    const compacted = core.noopIndex < log.base.index;
    assert(
      compacted || log.termAt(core.noopIndex) === core.term,
      "the leader's no-op is not in its log",
    );
    for (const [peer, progress] of core.progress) {
      assert(progress.match < progress.next, `match ≥ next for ${peer}`);
    }
  } else {
    assert(core.progress.size === 0, 'only a leader keeps progress');
  }
}
