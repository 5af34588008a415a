import { maxClockDrift } from '../../src/raft/core/limits.ts';
import type { Conditions, Profile } from './conditions.ts';
import type { Draws } from './randomness.ts';

type Bias = (mixed: Conditions, draws: Draws) => Partial<Conditions>;

const MS = 1000;

/** What makes a profile what it is: the rest of its conditions are as in `mixed`. */
export const BIAS: Readonly<Record<Profile, Bias>> = {
  mixed: () => ({}),
  election_storm: (mixed, draws) => ({
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
  }),
  disk_storm: (mixed, draws) => ({
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
  }),
  read_storm: (mixed, draws) => ({
    reads: 0.8,
    keys: 1,
    clients: 6,
    think_mean_us: 5 * MS,
    late: draws.pick([0.02, 0.1]),
    faults: { ...mixed.faults, isolate_leader: 8, one_way: 6, pause: 6 },
  }),
  membership_storm: (mixed, draws) => ({
    nodes: draws.pick([1, 2, 3, 3, 3, 5]),
    joiners: draws.between(3, 6),
    change_pace_us: draws.pick([100, 300, 800]) * MS,
    hunted_leaders: draws.pick([0, 0.5, 0.9]),
    dropped: draws.pick([0, 0.01, 0.1]),
    think_mean_us: draws.pick([20, 60]) * MS,
    reads: draws.pick([0.1, 0.5]),
    faults: { ...mixed.faults, heal: 6 },
  }),
  snapshot_storm: (mixed, draws) => ({
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
  }),
  lease_storm: (mixed, draws) => ({
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
  }),
};
