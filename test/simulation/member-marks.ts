import type { Configuration, NodeId } from '../../src/raft/core/messages.ts';
import type { Marks } from './marks.ts';

/** What a leader has just put into its log. @param inherited what was there was put there by another */
export function markChange(
  marks: Marks,
  leader: NodeId,
  inherited: boolean,
  before: Configuration,
  after: Configuration,
): void {
  const voters = before.voters.map(({ id }) => id);
  const staying = after.voters.map(({ id }) => id);
  const begins = before.voters_outgoing.length === 0 && after.voters_outgoing.length > 0;
  const ends = before.voters_outgoing.length > 0 && after.voters_outgoing.length === 0;
  if (ends) marks.hit(inherited ? 'change_finished_by_another_leader' : 'change_finished');
  if (begins) {
    const gone = voters.filter((id) => !staying.includes(id));
    const come = staying.some((id) => !voters.includes(id));
    if (come) marks.hit('learner_promoted');
    if (gone.length > 0) marks.hit(come ? 'voter_replaced' : 'voter_removed');
    if (gone.includes(leader)) marks.hit('leader_removed_itself');
  }
  if (begins || ends) return;
  if (after.learners.length > before.learners.length) marks.hit('learner_came');
  else if (after.learners.length < before.learners.length) marks.hit('learner_taken_back');
  else marks.hit('address_changed');
}
