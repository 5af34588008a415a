import { BIAS } from './bias.ts';
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
  /** The first members have never spoken with each other: none knows the directories of the others. */
  readonly founding: boolean;
  /** So many nodes at most lose their data folders, and start with new ones. */
  readonly lost_folders: number;
  readonly loss_pace_us: number;
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

/** @param later for what came after the first profiles: so the seeds of before stay what they were */
export function drawConditions(profile: Profile, draws: Draws, later: Draws): Conditions {
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
    founding: later.chance(0.3),
    lost_folders: 0,
    loss_pace_us: later.pick([500, 2000]) * MS,
  };
  const drawn = { ...mixed, ...BIAS[profile](mixed, draws) };
  const minority = (drawn.nodes - 1) >> 1;
  // Who is a majority by itself and loses its folder founds another cluster: nobody could tell.
  const loses = minority > 0 && later.chance(0.3);
  return { ...drawn, lost_folders: loses ? later.between(1, minority) : 0 };
}

/** Some kinds of faults are left out altogether: the absence of a fault is a condition too. */
function someFaults(draws: Draws): Readonly<Record<Fault, number>> {
  const weights = Object.entries(FAULTS).map(([fault, weight]) => {
    return [fault, fault === 'heal' || draws.chance(0.7) ? weight : 0];
  });
  return Object.fromEntries(weights);
}
