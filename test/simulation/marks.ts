/**
 * What must happen sometimes. A simulator that never gets there proves nothing about it, so a long run
 * fails when one of these did not occur.
 */
export const MARKS = [
  'elected',
  'elected_again',
  'election_without_winner',
  'leadership_handed_over',
  'pre_vote_refused',
  'vote_refused',
  'leader_gave_way_without_majority',
  'leader_gave_way_to_higher_term',
  'leader_gave_way_with_stalled_disk',
  'followed_new_leader_in_higher_term',
  'append_refused_too_short',
  'append_refused_other_term',
  'append_of_older_term',
  'truncated',
  'truncated_two_terms',
  'truncated_before_durable',
  'acknowledgement_of_older_term_dropped',
  'older_term_on_majority_not_committed',
  'older_term_committed_by_newer',
  'committed_without_leaders_disk',
  'entries_read_from_disk',
  'several_events_in_one_step',
  'read_on_leader',
  'read_on_follower',
  'read_failed',
  'read_waited_for_no_op',
  'read_waited_for_apply',
  'answer_to_older_round',
  'read_by_lease',
  'lease_ran_out',
  'lease_given_up_for_a_transfer',
  'request_came_twice_into_log',
  'process_killed',
  'power_cut',
  'power_cut_of_all',
  'unsynced_batch_lost',
  'unsynced_batch_survived',
  'vote_lost_before_it_was_sent',
  'state_machine_fell_back',
  'restarted',
  'paused_longer_than_election_timeout',
  'one_way_cut',
  'message_dropped',
  'message_doubled',
  'slow_disk',
  'fsync_failed',
  'refused_on_low_disk',
  'damage_refused',
  'damage_without_effect',
  'torn_tail_dropped',
  'minority_stayed_broken',
  'two_changes_asked_for_at_once',
  'change_begun',
  'change_refused',
  'configuration_rolled_back',
  'learner_came',
  'learner_promoted',
  'learner_taken_back',
  'voter_replaced',
  'voter_removed',
  'leader_removed_itself',
  'address_changed',
  'change_finished',
  'change_finished_by_another_leader',
  'member_learned_of_its_removal',
  'snapshot_taken',
  'log_compacted',
  'snapshot_sent',
  'snapshot_installed',
  'snapshot_of_older_term',
  'snapshot_of_the_past',
  'snapshot_met_a_good_suffix',
  'snapshot_replaced_uncommitted_entries',
  'members_came_by_snapshot',
  'state_made_from_snapshot',
  'founded',
  'folder_lost',
  'lost_folder_noticed',
  'message_of_another_folder',
  'learner_began_again',
] as const;

export type Mark = (typeof MARKS)[number];

export class Marks {
  readonly counts = new Map<Mark, number>();

  hit(mark: Mark): void {
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1);
  }

  add(other: Marks): void {
    for (const [mark, count] of other.counts) {
      this.counts.set(mark, (this.counts.get(mark) ?? 0) + count);
    }
  }

  get missing(): Mark[] {
    return MARKS.filter((mark) => !this.counts.has(mark));
  }
}
