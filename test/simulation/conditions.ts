import { maxClockDrift } from '../../src/raft/core/limits.ts';
import type { Draws } from './randomness.ts';

/** Which faults a run looks for. What matters more than the number of seeds (design/reliability.md). */
export const PROFILES = [
  'mixed',
  'election_storm',
  'disk_storm',
  'read_storm',
  'membership_storm',
  'snapshot_storm',
  'lease_storm',
] as const;
export type Profile = (typeof PROFILES)[number];

export type Fault =
  | 'isolate_leader'
  | 'isolate_one'
  | 'halves'
  | 'one_way'
  | 'bridge'
  | 'heal'
  | 'pause'
  | 'kill'
  | 'power'
  | 'power_all'
  | 'slow_disk'
  | 'disk_fails'
  | 'disk_low'
  | 'flip_bit'
  | 'reconnect'
  | 'transfer';

/** All that a run draws before it starts. Times in µs. */
export interface Conditions {
  /** The first members. */
  readonly nodes: number;
  /** Nodes that may come later; 0: the members never change. */
  readonly joiners: number;
  readonly change_pace_us: number;
  /** How often a node takes a snapshot; 0: never. */
  readonly snapshot_pace_us: number;
  /** The log is the real log file on a simulated disk. */
  readonly real_log: boolean;
  readonly rage_us: number;
  readonly delay_min_us: number;
  readonly delay_mean_us: number;
  /** Part of the messages that take up to 1.5 s. */
  readonly late: number;
  readonly dropped: number;
  readonly doubled: number;
  /** Part of the messages with entries that bring only the first one, as from a slower leader. */
  readonly trimmed: number;
  readonly fsync_mean_us: number;
  /** Part of the fsyncs that take up to 0.4 s. */
  readonly slow_fsyncs: number;
  readonly fault_pace_us: number;
  /** How long cuts, pauses and stops last at most. */
  readonly longest_outage_us: number;
  readonly faults: Readonly<Record<Fault, number>>;
  /** Part of the new leaders that are struck within 80 ms of winning. */
  readonly hunted_leaders: number;
  readonly clients: number;
  readonly reads: number;
  readonly keys: number;
  readonly think_mean_us: number;
  /** Reads by leader lease. */
  readonly leases: boolean;
  /** Clock rates of the nodes differ by up to this part. */
  readonly clock_drift: number;
}

const FAULTS: Readonly<Record<Fault, number>> = {
  isolate_leader: 3,
  isolate_one: 2,
  halves: 2,
  one_way: 2,
  bridge: 1,
  heal: 4,
  pause: 3,
  kill: 2,
  power: 2,
  power_all: 0.5,
  slow_disk: 2,
  disk_fails: 0.7,
  disk_low: 0.7,
  flip_bit: 0.7,
  reconnect: 2,
  transfer: 2,
};

const MS = 1000;

export function drawConditions(profile: Profile, draws: Draws): Conditions {
  const mixed: Conditions = {
    nodes: draws.pick([3, 3, 4, 5, 5, 5]),
    joiners: 0,
    change_pace_us: 0,
    real_log: draws.chance(0.2),
    rage_us: draws.between(8, 14) * 1000 * MS,
    delay_min_us: draws.pick([0, MS, 5 * MS]),
    delay_mean_us: draws.pick([2, 10, 40]) * MS,
    late: draws.pick([0, 0.02, 0.1]),
    dropped: draws.pick([0, 0.01, 0.1, 0.3]),
    doubled: draws.pick([0, 0.05, 0.2]),
    trimmed: draws.pick([0, 0, 0.2]),
    fsync_mean_us: draws.pick([0.2, 2, 10]) * MS,
    slow_fsyncs: draws.pick([0, 0.01, 0.05]),
    fault_pace_us: draws.pick([200, 500, 1500]) * MS,
    longest_outage_us: draws.pick([600, 1500]) * MS,
    faults: someFaults(draws),
    hunted_leaders: draws.pick([0, 0, 0.5]),
    clients: draws.between(2, 4),
    reads: draws.pick([0.1, 0.5]),
    keys: draws.pick([1, 3]),
    think_mean_us: draws.pick([5, 30]) * MS,
    clock_drift: draws.pick([0, 0.05]),
    snapshot_pace_us: draws.pick([0, 0, 500, 2000]) * MS,
    leases: draws.chance(0.15),
  };
  return { ...mixed, ...bias(profile, mixed, draws) };
}

function bias(profile: Profile, mixed: Conditions, draws: Draws): Partial<Conditions> {
  switch (profile) {
    case 'mixed':
      return {};
    case 'election_storm':
      return {
        nodes: draws.pick([3, 5, 5]),
        hunted_leaders: 0.95,
        late: draws.pick([0.02, 0.1]),
        dropped: draws.pick([0, 0.1]),
        delay_mean_us: draws.pick([2, 10, 20, 100]) * MS,
        trimmed: draws.pick([0.2, 0.8]),
        longest_outage_us: draws.pick([700, 1200]) * MS,
        think_mean_us: draws.pick([60, 200]) * MS,
        reads: 0.1,
        faults: { ...mixed.faults, kill: 3, heal: 6 },
      };
    case 'disk_storm':
      return {
        real_log: draws.chance(0.5),
        fsync_mean_us: draws.pick([5, 30, 60]) * MS,
        slow_fsyncs: draws.pick([0.05, 0.2]),
        hunted_leaders: draws.pick([0, 0.7]),
        fault_pace_us: 250 * MS,
        faults: {
          ...mixed.faults,
          kill: 6,
          power: 8,
          power_all: 2,
          slow_disk: 6,
          disk_fails: 4,
          flip_bit: 4,
        },
      };
    case 'read_storm':
      return {
        reads: 0.8,
        keys: 1,
        clients: 6,
        think_mean_us: 5 * MS,
        late: draws.pick([0.02, 0.1]),
        faults: { ...mixed.faults, isolate_leader: 8, one_way: 6, pause: 6 },
      };
    case 'membership_storm':
      return {
        nodes: draws.pick([1, 2, 3, 3, 3, 5]),
        joiners: draws.between(3, 6),
        change_pace_us: draws.pick([100, 300, 800]) * MS,
        hunted_leaders: draws.pick([0, 0.5, 0.9]),
        dropped: draws.pick([0, 0.01, 0.1]),
        think_mean_us: draws.pick([20, 60]) * MS,
        reads: draws.pick([0.1, 0.5]),
        faults: { ...mixed.faults, heal: 6 },
      };
    case 'snapshot_storm':
      return {
        nodes: draws.pick([2, 3, 3, 5]),
        joiners: draws.pick([0, 0, 3]),
        change_pace_us: draws.pick([300, 800]) * MS,
        real_log: draws.chance(0.4),
        snapshot_pace_us: draws.pick([50, 150, 400]) * MS,
        think_mean_us: draws.pick([5, 20]) * MS,
        late: draws.pick([0, 0.1, 0.3]),
        doubled: draws.pick([0, 0.2, 0.5]),
        hunted_leaders: draws.pick([0, 0.7]),
        reads: draws.pick([0.1, 0.5]),
        faults: { ...mixed.faults, isolate_one: 6, isolate_leader: 5, kill: 5, power: 4, heal: 8 },
      };
    case 'lease_storm':
      return {
        nodes: draws.pick([2, 3, 3, 5]),
        joiners: draws.pick([0, 0, 3]),
        change_pace_us: draws.pick([300, 800]) * MS,
        leases: true,
        reads: 0.7,
        keys: 1,
        clients: 6,
        think_mean_us: 5 * MS,
        late: draws.pick([0, 0.02, 0.1]),
        fault_pace_us: draws.pick([100, 300]) * MS,
        clock_drift: maxClockDrift,
        faults: {
          ...mixed.faults,
          isolate_leader: 8,
          one_way: 4,
          pause: 6,
          kill: 5,
          reconnect: 6,
          transfer: 6,
          heal: 8,
        },
      };
  }
}

/** Some kinds of faults are left out altogether: the absence of a fault is a condition too. */
function someFaults(draws: Draws): Readonly<Record<Fault, number>> {
  const weights = Object.entries(FAULTS).map(([fault, weight]) => {
    return [fault, fault === 'heal' || draws.chance(0.7) ? weight : 0];
  });
  return Object.fromEntries(weights);
}
