import { maxPointsMilli, maxRubricCriteria, maxRubricLevels } from './limits.ts';
import type { FieldError } from './refusal.ts';

/** What a criterion can be judged as; `points` are milli-points. */
export interface RubricLevel {
  readonly id: string;
  readonly title: string;
  readonly points: number;
}

export interface RubricCriterion {
  /** Named by whoever grades: unique in the rubric. */
  readonly id: string;
  readonly title: string;
  readonly description_md: string;
  /** The most that it can bring, in milli-points. */
  readonly points: number;
  /** Without levels any number of points up to `points` can be given. */
  readonly levels: readonly RubricLevel[];
}

export interface Rubric {
  readonly criteria: readonly RubricCriterion[];
}

/** One error per part that is at fault; pointers begin at the rubric (`/rubric`). */
export function rubricErrors({ criteria }: Rubric): FieldError[] {
  const errors: FieldError[] = [];
  if (criteria.length === 0 || criteria.length > maxRubricCriteria) {
    const detail = `A rubric has 1 to ${maxRubricCriteria} criteria.`;
    errors.push({ pointer: '/rubric/criteria', code: 'out_of_range', detail });
  }
  errors.push(...twice(criteria, '/rubric/criteria'));
  criteria.forEach((criterion, n) => {
    errors.push(...criterionErrors(criterion, `/rubric/criteria/${n}`));
  });
  return errors;
}

function criterionErrors({ points, levels }: RubricCriterion, pointer: string): FieldError[] {
  const errors = twice(levels, `${pointer}/levels`);
  if (!isWithin(points, maxPointsMilli)) {
    const detail = 'The points of a criterion are negative, too many or too fine.';
    errors.push({ pointer: `${pointer}/points`, code: 'out_of_range', detail });
  }
  if (levels.length > maxRubricLevels) {
    const detail = `A criterion has at most ${maxRubricLevels} levels.`;
    errors.push({ pointer: `${pointer}/levels`, code: 'out_of_range', detail });
  }
  levels.forEach((level, n) => {
    if (isWithin(level.points, points)) return;
    const detail = 'The points of a level go from 0 to those of its criterion.';
    errors.push({ pointer: `${pointer}/levels/${n}/points`, code: 'out_of_range', detail });
  });
  return errors;
}

/** Grades name criteria and levels by their ids. */
function twice(parts: readonly { readonly id: string }[], pointer: string): FieldError[] {
  const seen = new Set<string>();
  return parts.flatMap(({ id }, n) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const detail = `The id "${id}" stands here twice. Give each its own.`;
    return [{ pointer: `${pointer}/${n}/id`, code: 'duplicate_id', detail }];
  });
}

function isWithin(points: number, most: number): boolean {
  return Number.isSafeInteger(points) && points >= 0 && points <= most;
}
