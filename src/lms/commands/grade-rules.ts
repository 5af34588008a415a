import { maxPointsMilli } from '../limits.ts';
import { fromMilliPoints } from '../points.ts';
import type { Grade } from '../queries/grades.ts';
import type { Reader } from '../reader.ts';
import { type FieldError, Refusal } from '../refusal.ts';
import type { Rubric, RubricCriterion } from '../rubric.ts';

/** Milli-points by criterion id. */
export type RubricPoints = Readonly<Record<string, number>>;

interface Judged {
  readonly points: number;
  readonly rubric_points: RubricPoints | null;
  readonly state: 'draft' | 'posted';
}

interface Terms {
  readonly points_possible: number;
  readonly extra_credit: 0 | 1;
  readonly rubric: string | null;
}

/** The second of two graders is told what the first one saved. */
export function requireGradeVersion(old: Grade | null, expected: number): void {
  const current = old?.version ?? 0;
  if (current === expected) return;
  throw new Refusal(
    'version_mismatch',
    `Somebody saved a grade meanwhile: you saw version ${expected}, now it is ${current}. ` +
      'Compare with `current`, then send yours again with its version.',
    { extra: { current_version: current, current: old } },
  );
}

/** Points within what the assignment gives, and scores that its rubric knows. */
export function requireSoundGrade(reader: Reader, assignmentId: string, grade: Judged): void {
  const terms = reader.get<Terms>(
    'SELECT points_possible, extra_credit, rubric FROM assignments WHERE id = ?',
    assignmentId,
  );
  if (terms === undefined) throw new Error('broken invariant: a submission to no assignment');
  const errors = [...pointsErrors(grade.points, mostPoints(terms)), ...rubricErrors(terms, grade)];
  const [first] = errors;
  if (first !== undefined) throw new Refusal('invalid_value', first.detail, { errors });
}

/** What can be entered at most, in milli-points. */
export function mostPoints(terms: Pick<Terms, 'points_possible' | 'extra_credit'>): number {
  return terms.extra_credit === 1 ? maxPointsMilli : terms.points_possible;
}

export function pointsErrors(points: number, most: number): FieldError[] {
  if (Number.isSafeInteger(points) && points >= 0 && points <= most) return [];
  const detail = `Points go from 0 to ${fromMilliPoints(most)}, in steps of 0.001.`;
  return [{ pointer: '/points', code: 'out_of_range', detail }];
}

function rubricErrors(terms: Terms, { points, rubric_points, state }: Judged): FieldError[] {
  if (rubric_points === null) return [];
  if (terms.rubric === null) {
    const detail = 'The assignment has no rubric. Give points only.';
    return [{ pointer: '/rubric_points', code: 'no_rubric', detail }];
  }
  const { criteria } = JSON.parse(terms.rubric) as Rubric;
  const errors = Object.entries(rubric_points).flatMap(([id, given]) =>
    criterionErrors(
      id,
      given,
      criteria.find((criterion) => criterion.id === id),
    ),
  );
  if (state === 'posted') errors.push(...missingErrors(criteria, rubric_points));
  const sum = Object.values(rubric_points).reduce((all, one) => all + one, 0);
  if (sum !== points) {
    const detail = `The criteria add up to ${fromMilliPoints(sum)}, not to the points given.`;
    errors.push({ pointer: '/points', code: 'not_the_sum', detail });
  }
  return errors;
}

function criterionErrors(
  id: string,
  given: number,
  criterion: RubricCriterion | undefined,
): FieldError[] {
  const pointer = `/rubric_points/${id.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (criterion === undefined) {
    return [{ pointer, code: 'unknown_criterion', detail: 'The rubric has no such criterion.' }];
  }
  const { points, levels } = criterion;
  if (!Number.isSafeInteger(given) || given < 0 || given > points) {
    const detail = `This criterion gives 0 to ${fromMilliPoints(points)} points.`;
    return [{ pointer, code: 'out_of_range', detail }];
  }
  if (levels.length === 0 || levels.some((level) => level.points === given)) return [];
  const allowed = levels.map((level) => fromMilliPoints(level.points)).join(', ');
  return [{ pointer, code: 'not_a_level', detail: `Its levels give ${allowed} points.` }];
}

/** A draft may be half done; what students see is whole. */
function missingErrors(criteria: readonly RubricCriterion[], given: RubricPoints): FieldError[] {
  return criteria
    .filter(({ id }) => !Object.hasOwn(given, id))
    .map(({ id, title }) => ({
      pointer: `/rubric_points/${id}`,
      code: 'required',
      detail: `The criterion "${title}" has no points yet. Save it as a draft until it has.`,
    }));
}
