import { directoryOf } from '../../src/raft/core/directories.ts';
import type { NodeId } from '../../src/raft/core/messages.ts';
import { isStalled } from '../../src/raft/core/persistence.ts';
import type { Core } from '../../src/raft/core/state.ts';
import type { Event, MessageArrives } from '../../src/raft/core/types.ts';
import type { Marks } from './marks.ts';

/** What happens in a step, for the marks. */

/** Before the step. */
export function markEvents(marks: Marks, core: Core, events: readonly Event[]): void {
  for (const event of events) {
    if (event.type !== 'message') continue;
    markSender(marks, core, event);
    const { kind, body } = event.message;
    if (kind === 'AppendEntriesRequest' && body.term < core.term) marks.hit('append_of_older_term');
    const round = core.readsInRound?.round ?? 0;
    if (kind === 'AppendEntriesResponse' && body.read_round < round) {
      marks.hit('answer_to_older_round');
    }
  }
  if (core.leases && core.readsInRound !== null) marks.hit('lease_ran_out');
  if (core.leaseIsVoid) marks.hit('lease_given_up_for_a_transfer');
  if (core.role === 'leader' && core.readsWaiting.length > 0 && core.commit < core.noopIndex) {
    marks.hit('read_waited_for_no_op');
  }
}

function markSender(marks: Marks, core: Core, { from, directory_id }: MessageArrives): void {
  const known = directoryOf(core.configuration, from);
  if (known !== undefined && known !== directory_id) marks.hit('message_of_another_folder');
  const before = core.progress.get(from)?.directory ?? directory_id;
  if (known === undefined && before !== directory_id) marks.hit('learner_began_again');
}

/** After it. */
export function markRole(
  marks: Marks,
  id: NodeId,
  core: Core,
  before: { readonly role: Core['role']; readonly term: number },
): void {
  if (before.role === 'candidate' && core.role === 'pre_candidate') {
    marks.hit('election_without_winner');
  }
  if (core.leaderId !== null && core.leaderId !== id && core.term > before.term) {
    marks.hit('followed_new_leader_in_higher_term');
  }
  if (before.role !== 'leader' || core.role === 'leader') return;
  if (core.term > before.term) marks.hit('leader_gave_way_to_higher_term');
  else if (isStalled(core)) marks.hit('leader_gave_way_with_stalled_disk');
  else marks.hit('leader_gave_way_without_majority');
}
