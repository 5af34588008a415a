import { z } from '@hono/zod-openapi';
import { POLICY_DEFAULTS } from '../lms/late-policy.ts';
import { maxLateIntervalSeconds } from '../lms/limits.ts';
import { percent, percentHundredths } from './units.ts';

const interval = z.int().min(1).max(maxLateIntervalSeconds);
const basis = z.enum(['points_possible', 'entered']).openapi({
  description: 'Of what the deduction is: of the points possible, or of those that were given.',
});

const RATE = 'For each interval that has begun since due date and grace.';
const CAP = 'What being late costs at most.';
const FLOOR = 'Of `points_possible`: lateness alone takes nobody below it.';

/** What being late costs; see `src/lms/late-policy.ts` for the formula. */
export const latePolicySchema = z
  .object({
    rate_percent: percent.openapi({ description: RATE }),
    interval_seconds: z.int(),
    cap_percent: percent.openapi({ description: CAP }),
    floor_percent: percent.openapi({ description: FLOOR }),
    basis,
  })
  .openapi('LatePolicy');

const FIELDS = {
  rate_percent: percentHundredths
    .refine((hundredths) => hundredths > 0, { message: 'must be above 0' })
    .openapi({ description: RATE, minimum: 0.01 }),
  interval_seconds: interval.openapi({ description: 'A day has 86400.', example: 86_400 }),
  cap_percent: percentHundredths.openapi({ description: CAP }),
  floor_percent: percentHundredths.openapi({ description: FLOOR }),
  basis,
} as const;

export const newLatePolicySchema = z.strictObject({
  ...FIELDS,
  cap_percent: FIELDS.cap_percent.default(POLICY_DEFAULTS.cap_percent).openapi({ default: 100 }),
  floor_percent: FIELDS.floor_percent
    .default(POLICY_DEFAULTS.floor_percent)
    .openapi({ default: 0 }),
  basis: FIELDS.basis.default(POLICY_DEFAULTS.basis),
});

/** Merged into the policy that there is, as RFC 7396 says. */
export const latePolicyPatchSchema = z.strictObject(FIELDS).partial();

export const LATE_POLICY_EXAMPLE: z.input<typeof latePolicySchema> = {
  rate_percent: 5,
  interval_seconds: 86_400,
  cap_percent: 50,
  floor_percent: 0,
  basis: 'points_possible',
};
