import type { LatePolicy } from '../late-policy.ts';
import { fromHundredths } from '../percent.ts';
import { fromMilliPoints } from '../points.ts';
import type { Rubric } from '../rubric.ts';

/** What the API shows: percentages and points are numbers there, not integers of the smallest unit. */
export interface ShownRubric {
  readonly criteria: {
    readonly id: string;
    readonly title: string;
    readonly description_md: string;
    readonly points: number;
    readonly levels: { readonly id: string; readonly title: string; readonly points: number }[];
  }[];
}

export function showLatePolicy(policy: LatePolicy): LatePolicy {
  return {
    rate_percent: fromHundredths(policy.rate_percent),
    interval_seconds: policy.interval_seconds,
    cap_percent: fromHundredths(policy.cap_percent),
    floor_percent: fromHundredths(policy.floor_percent),
    basis: policy.basis,
  };
}

export function showRubric({ criteria }: Rubric): ShownRubric {
  return {
    criteria: criteria.map(({ id, title, description_md, points, levels }) => ({
      id,
      title,
      description_md,
      points: fromMilliPoints(points),
      levels: levels.map((level) => ({
        id: level.id,
        title: level.title,
        points: fromMilliPoints(level.points),
      })),
    })),
  };
}
