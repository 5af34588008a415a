/** What being late costs. Percentages are integer hundredths of a percent: 5 % is 500. */
export interface LatePolicy {
  /** For each interval that has begun. */
  readonly rate_percent: number;
  readonly interval_seconds: number;
  /** What it costs at most. */
  readonly cap_percent: number;
  /** Of `points_possible`: lateness alone takes nobody below it. */
  readonly floor_percent: number;
  /** Of what the percentages of the deduction are: of `points_possible`, or of what was entered. */
  readonly basis: 'points_possible' | 'entered';
}

/** What holds where a policy does not say otherwise. */
export const POLICY_DEFAULTS = {
  cap_percent: 10_000,
  floor_percent: 0,
  basis: 'points_possible',
} as const satisfies Partial<LatePolicy>;

export interface FinalPoints {
  /** Milli-points; `entered − late_deduction = final_points`. */
  readonly late_deduction: number;
  readonly final_points: number;
}

const WHOLE = 10_000;

/**
 * `n = ceil(late / interval)`, `deduction = min(n × rate, cap)`,
 * `final = max(floor, entered − deduction × basis)`, rounded half up at milli-points. The floor
 * limits what lateness takes, it gives nothing: who was given less than the floor keeps that.
 *
 * @param entered milli-points that the grader gave
 * @param lateMs of the attempt that was judged, after grace; 0 when in time
 * @param pointsPossible milli-points
 */
export function finalPoints(
  entered: number,
  lateMs: number,
  policy: LatePolicy | null,
  pointsPossible: number,
): FinalPoints {
  if (policy === null || lateMs <= 0) return { late_deduction: 0, final_points: entered };
  const intervals = Math.ceil(lateMs / (policy.interval_seconds * 1000));
  const deduction = Math.min(intervals * policy.rate_percent, policy.cap_percent);
  const basis = policy.basis === 'entered' ? entered : pointsPossible;
  const reduced = roundHalfUp(entered * WHOLE - deduction * basis);
  const floor = Math.min(entered, roundHalfUp(policy.floor_percent * pointsPossible));
  const final = Math.max(floor, reduced);
  return { late_deduction: entered - final, final_points: final };
}

/** Ten-thousandths of a milli-point to milli-points: integers, exact below 2^53. */
function roundHalfUp(tenThousandths: number): number {
  return Math.floor((tenThousandths + WHOLE / 2) / WHOLE);
}
