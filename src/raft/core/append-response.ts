import { assert } from './assert.ts';
import { leaseOf } from './lease.ts';
import type { AppendEntriesResponse, NodeId } from './messages.ts';
import type { Core } from './state.ts';

/** AppendEntries RPC, the leader's side. The term is the present one: older answers never get here. */
export function onAppendEntriesResponse(
  core: Core,
  from: NodeId,
  response: AppendEntriesResponse,
): void {
  const progress = core.progress.get(from);
  if (core.role !== 'leader' || progress === undefined) return;
  progress.contactAt = core.now;
  progress.answeredAt = core.now;
  // Answering at all in this term, even with a refusal, confirms the leadership.
  progress.roundAcked = Math.max(progress.roundAcked, response.read_round);
  if (response.keeps_lease) {
    progress.leaseFrom = Math.max(progress.leaseFrom, leaseOf(core, response.read_round));
  }
  if (response.success) {
    assert(
      response.match_index <= core.log.lastIndex,
      `${from} claims entry ${response.match_index}, beyond the leader's log`,
    );
    progress.acknowledged(response.match_index, core.log.base.index);
  } else {
    progress.refused(meetingPoint(core, response));
  }
}

/**
 * Where the follower's log may meet ours: after our last entry of its conflicting term, else at its
 * first entry of that term (paper §5.3, "one AppendEntries RPC per term with conflicts").
 */
function meetingPoint(core: Core, response: AppendEntriesResponse): number {
  const { conflict_index: index, conflict_term: term } = response;
  if (term === 0) return index;
  const last = core.log.lastOfTerm(term);
  return last === null || last < index ? index : last + 1;
}
