import { maxClockDrift } from './limits.ts';
import { quorumValue } from './quorum.ts';
import type { Core } from './state.ts';

/**
 * Leader leases (thesis §6.4.1): a follower that has heard a leader helps to elect nobody else for the
 * shortest election timeout. So a leader that a majority has answered knows that it still leads for that
 * long, counted from when it **sent** what they answered, and may answer reads without asking.
 *
 * That holds while clocks run at the same rate, give or take `maxClockDrift`, and if nobody is elected
 * in any other way. Hence, on all members that run with leases: a restarted voter waits as if it had just
 * heard a leader; a connection that closes hastens no election; a leader that told somebody to campaign
 * has no lease for the rest of its term; an answer without `keeps_lease` counts for none.
 */

/** A number for what is sent from now on; answers to it prove that they are not older. */
export function beginRound(core: Core): void {
  core.readRound += 1;
  if (!core.leases) return;
  const since = core.now - leaseMs(core);
  const kept = core.roundsBegun.findIndex(({ at }) => at >= since);
  core.roundsBegun = kept < 0 ? [] : core.roundsBegun.slice(kept);
  core.roundsBegun.push({ round: core.readRound, at: core.now });
}

/** When the round that a peer has answered began: from then on its word counts. */
export function leaseOf(core: Core, round: number): number {
  const begun = core.roundsBegun.find((one) => one.round === round);
  return begun?.at ?? Number.NEGATIVE_INFINITY;
}

/** Nobody else can have been elected by now. */
export function holdsLease(core: Core): boolean {
  if (!core.leases || core.leaseIsVoid || core.role !== 'leader') return false;
  const from = quorumValue(core.configuration, (id) =>
    id === core.id ? core.now : (core.progress.get(id)?.leaseFrom ?? Number.NEGATIVE_INFINITY),
  );
  return core.now < from + leaseMs(core);
}

/** What was measured with a clock that stood still says nothing: only what is sent from now on counts. */
export function onClockJumped(core: Core): void {
  core.roundsBegun = [];
  for (const progress of core.progress.values()) progress.leaseFrom = Number.NEGATIVE_INFINITY;
}

/** The follower's clock may be fast and ours slow. */
function leaseMs(core: Core): number {
  return (core.timing.election_timeout_min_ms * (1 - maxClockDrift)) / (1 + maxClockDrift);
}
