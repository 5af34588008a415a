import { z } from '@hono/zod-openapi';
import { maxOutageSeconds, maxPolicyHolidays, maxPolicyRules } from '../lms/limits.ts';
import { idOf } from './id-schema.ts';
import { maxMessageChars, maxTitleChars } from './limits.ts';
import { orNull } from './or-null.ts';
import { personSchema } from './person-schema.ts';
import { line, text, timestamp, timestampMs } from './units.ts';

const seconds = z.int().min(0).max(maxOutageSeconds);

const ruleSchema = z
  .strictObject({
    min_outage_seconds: seconds.openapi({
      description: 'It speaks of outages that lasted at least so long.',
    }),
    covers_due_after_seconds: seconds.openapi({
      description:
        'Deadlines from the beginning of the outage until so long after its end are covered.',
    }),
    covers_rest_of_day: z
      .boolean()
      .openapi({ description: 'Also those until the end of the day on which the outage ended.' }),
    extend_by_seconds: seconds,
    extend_from: z.enum(['original', 'restoration']).openapi({
      description: 'What is extended: the deadline itself, or the end of the outage.',
    }),
    business_days: z.boolean().openapi({
      description:
        'A new deadline on a Saturday, Sunday or holiday moves to the same time of the next other day.',
    }),
    allow_resubmit: z.boolean().openapi({
      description: 'Who has handed in already may hand in again: one attempt more.',
    }),
  })
  .openapi('OutageRule');

const offset = z
  .int()
  .min(-14 * 60)
  .max(14 * 60)
  .openapi({ description: 'Where its days begin. A fixed offset, without summer time.' });

const holidays = z
  .array(z.iso.date())
  .max(maxPolicyHolidays)
  .openapi({ description: 'Dates, such as `2026-12-25`.' });

/** A policy as `queries/outage-policies.ts` returns it. */
export const outagePolicySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    rules: z.array(ruleSchema),
    utc_offset_minutes: z.int(),
    holidays: z.array(z.string()),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('OutagePolicy');

export const newOutagePolicy = z.strictObject({
  name: line(maxTitleChars),
  rules: z.array(ruleSchema).min(1).max(maxPolicyRules).openapi({
    description: 'Of those that cover a deadline, the one that gives the latest new one counts.',
  }),
  utc_offset_minutes: offset.default(0),
  holidays: holidays.default([]),
});

export const outagePolicyChanges = z.strictObject({
  ...newOutagePolicy.shape,
  name: newOutagePolicy.shape.name.optional(),
  rules: newOutagePolicy.shape.rules.optional(),
  utc_offset_minutes: offset.optional(),
  holidays: holidays.optional(),
});

/** An incident as `queries/incidents.ts` returns it. */
export const incidentSchema = z
  .object({
    id: z.string(),
    source: z.enum(['detected', 'declared']).openapi({
      description:
        '`detected`: the log shows that nothing was committed. `declared`: by an administrator.',
    }),
    title: z.string(),
    note_md: z.string(),
    course_id: z.string().nullable().openapi({ description: '`null`: all courses.' }),
    started_at: timestamp,
    ended_at: timestamp.nullable().openapi({ description: '`null`: it goes on.' }),
    applied_policies: z
      .array(z.object({ policy_id: z.string(), name: z.string(), applied_at: timestamp }))
      .openapi({ description: 'By which deadlines were adjusted.' }),
    version: z.int(),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .openapi('Incident');

const note = text(0, maxMessageChars);

export const newIncident = z.strictObject({
  title: line(maxTitleChars),
  note_md: note.default(''),
  course_id: idOf('crs').nullable().default(null).openapi({ description: '`null`: all courses.' }),
  started_at: timestampMs,
  ended_at: timestampMs.nullable().default(null).openapi({ description: '`null`: it goes on.' }),
});

export const incidentChanges = z.strictObject({
  title: line(maxTitleChars).optional(),
  note_md: note.optional(),
  started_at: timestampMs.optional(),
  ended_at: timestampMs.nullable().optional(),
});

const deadline = timestamp.nullable();

/** As `queries/deadline-adjustments.ts` returns it. */
export const adjustmentSchema = z
  .object({
    incident_id: z.string(),
    course_id: z.string(),
    assignment_id: z.string(),
    assignment_title: z.string(),
    user: orNull(personSchema).openapi({
      description: 'The student whose own dates were moved; `null`: those of all others.',
    }),
    due_before: deadline.openapi({ description: 'By the incidents before this one.' }),
    due_at: deadline,
    lock_before: deadline,
    lock_at: deadline,
    allow_resubmit: z.boolean(),
  })
  .openapi('DeadlineAdjustment');

export const adjustmentBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('preview'), policy_id: idOf('opl') }),
  z.strictObject({ action: z.literal('apply'), policy_id: idOf('opl') }),
  z.strictObject({
    action: z.literal('revert'),
    policy_id: idOf('opl')
      .optional()
      .openapi({ description: 'Absent: every policy that is in force for the incident.' }),
  }),
]);

export const adjustmentResultSchema = z
  .object({
    incident: incidentSchema,
    adjustment_count: z.int().openapi({
      description: 'Deadlines that this incident moves; with `preview`: would move.',
    }),
    items: z.array(adjustmentSchema).openapi({
      description: 'The first 1,000 of a preview; else empty: `GET …/adjustments` lists them.',
    }),
  })
  .openapi('AdjustmentResult');

export const OUTAGE_POLICY_EXAMPLE: z.input<typeof outagePolicySchema> = {
  id: 'opl_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  name: 'Assessment handbook, 6.2',
  rules: [
    {
      min_outage_seconds: 3_600,
      covers_due_after_seconds: 86_400,
      covers_rest_of_day: false,
      extend_by_seconds: 86_400,
      extend_from: 'original',
      business_days: false,
      allow_resubmit: true,
    },
  ],
  utc_offset_minutes: 0,
  holidays: ['2026-12-25'],
  version: 1,
  created_at: '2026-11-20T17:00:00.000Z',
  updated_at: '2026-11-20T17:00:00.000Z',
};

export const INCIDENT_EXAMPLE: z.input<typeof incidentSchema> = {
  id: 'inc_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  source: 'declared',
  title: 'The network of the campus was down',
  note_md: 'A cable was cut.',
  course_id: null,
  started_at: '2026-11-16T10:00:00.000Z',
  ended_at: '2026-11-16T12:30:00.000Z',
  applied_policies: [],
  version: 1,
  created_at: '2026-11-16T12:45:00.000Z',
  updated_at: '2026-11-16T12:45:00.000Z',
};

export const ADJUSTMENT_EXAMPLE: z.input<typeof adjustmentSchema> = {
  incident_id: INCIDENT_EXAMPLE.id,
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_title: 'Essay 1',
  user: null,
  due_before: '2026-11-16T12:00:00.000Z',
  due_at: '2026-11-17T12:00:00.000Z',
  lock_before: null,
  lock_at: null,
  allow_resubmit: true,
};
