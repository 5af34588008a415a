import fc from 'fast-check';
import t from 'tap';
import {
  type AppliedIncident,
  coveredUntil,
  deadlineSteps,
  type OutageRules,
} from './outage-rules.ts';
import { BERGEN, READING, WATERLOO } from './test-outage-policies.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const deadline = fc.integer({ min: at('14T00:00'), max: at('24T00:00') });

const seconds = fc.nat((2 * day) / 1000);
const anyRule = fc.record({
  min_outage_seconds: seconds,
  covers_due_after_seconds: seconds,
  covers_rest_of_day: fc.boolean(),
  extend_by_seconds: seconds,
  extend_from: fc.constantFrom('original' as const, 'restoration' as const),
  business_days: fc.boolean(),
  allow_resubmit: fc.boolean(),
});
const anyPolicy = fc.record({
  rules: fc.array(anyRule, { minLength: 1, maxLength: 3 }),
  utc_offset_minutes: fc.integer({ min: -840, max: 840 }),
  holidays: fc.subarray(['2026-11-16', '2026-11-17', '2026-11-23']),
});

type Case = readonly [
  name: string,
  policy: OutageRules,
  started_at: string,
  ended_at: string,
  due_at: string,
  expected: string,
];

const TABLE: readonly Case[] = [
  // Reading, in UTC. 2026-11-16 is a Monday.
  ['Reading: due in a short one', READING, '16T10:00', '16T10:30', '16T10:15', '17T10:15'],
  ['Reading: due as it begins', READING, '16T10:00', '16T10:30', '16T10:00', '17T10:00'],
  [
    'Reading: due an hour after a short one',
    READING,
    '16T10:00',
    '16T10:30',
    '16T11:30',
    '17T11:30',
  ],
  ['Reading: due later than that', READING, '16T10:00', '16T10:30', '16T11:31', '16T11:31'],
  ['Reading: due before it', READING, '16T10:00', '16T10:30', '16T09:59', '16T09:59'],
  ['Reading: one minute short of an hour', READING, '16T10:00', '16T10:59', '16T20:00', '16T20:00'],
  [
    'Reading: an hour, due the same evening',
    READING,
    '16T10:00',
    '16T11:00',
    '16T20:00',
    '17T20:00',
  ],
  ['Reading: due 24 hours after', READING, '16T10:00', '16T12:00', '17T12:00', '18T12:00'],
  ['Reading: due later than that', READING, '16T10:00', '16T12:00', '17T12:01', '17T12:01'],
  // Waterloo, five hours behind UTC: its days begin at 05:00Z.
  ['Waterloo: short of four hours', WATERLOO, '16T14:00', '16T17:59', '16T16:00', '16T16:00'],
  ['Waterloo: four hours', WATERLOO, '16T14:00', '16T18:00', '16T16:00', '17T18:00'],
  ['Waterloo: due the same evening', WATERLOO, '16T14:00', '16T18:00', '17T04:59', '17T18:00'],
  ['Waterloo: due the next day', WATERLOO, '16T14:00', '16T18:00', '17T05:00', '17T05:00'],
  ['Waterloo: on a Friday', WATERLOO, '20T14:00', '20T19:00', '20T22:00', '23T19:00'],
  ['Waterloo: back on Saturday night', WATERLOO, '21T14:00', '22T04:00', '21T20:00', '24T04:00'],
  [
    'Waterloo: the next day is over already',
    WATERLOO,
    '16T14:00',
    '18T06:00',
    '16T20:00',
    '19T06:00',
  ],
  // Bergen, an hour ahead: its days begin at 23:00Z.
  ['Bergen: a minute on the day', BERGEN, '16T10:00', '16T10:01', '16T22:59', '17T22:59'],
  ['Bergen: the next day', BERGEN, '16T10:00', '16T10:01', '16T23:00', '16T23:00'],
  ['Bergen: 24 hours', BERGEN, '16T10:00', '17T10:00', '17T09:00', '18T09:00'],
  ['Bergen: more than a day', BERGEN, '16T10:00', '17T10:01', '17T09:00', '19T09:00'],
  [
    'Bergen: due after more than a day, same date',
    BERGEN,
    '16T10:00',
    '17T10:01',
    '17T20:00',
    '19T20:00',
  ],
];

t.test('the written rules of three universities', (t) => {
  for (const [name, policy, started_at, ended_at, due_at, expected] of TABLE) {
    const incident = applied('inc_1', at(started_at), at(ended_at), [policy]);
    const end = deadlineSteps({ due_at: at(due_at), lock_at: null }, [incident]).at(-1);
    t.equal(written(end?.after.due_at ?? at(due_at)), expected, name);
  }
  t.end();
});

t.test('a holiday is no business day, nor is the weekend after it', (t) => {
  const [start, end] = [Date.parse('2026-12-24T14:00Z'), Date.parse('2026-12-24T19:00Z')];
  const [step] = deadlineSteps({ due_at: start + hour, lock_at: null }, [
    applied('inc_1', start, end, [WATERLOO]),
  ]);
  t.equal(new Date(step?.after.due_at ?? 0).toISOString(), '2026-12-28T19:00:00.000Z');
  t.end();
});

t.test('days are those of the policy, also before 1970', (t) => {
  const policy = { ...WATERLOO, utc_offset_minutes: 0 };
  const monday = Date.parse('1969-12-29T12:00Z');
  for (const daysBefore of [3, 2]) {
    // A day after it was restored would be Saturday or Sunday.
    const restored = monday - daysBefore * day;
    const incident = applied('inc_1', restored - 5 * hour, restored, [policy]);
    const [step] = deadlineSteps({ due_at: restored, lock_at: null }, [incident]);
    t.equal(step?.after.due_at, monday);
  }
  t.end();
});

t.test(
  'a rule that would give less takes nothing away, before or after one that gives more',
  (t) => {
    const [more] = READING.rules;
    if (more === undefined) throw new Error('no rule');
    const less = { ...more, extend_from: 'restoration' as const, extend_by_seconds: 0 };
    const due = at('16T11:00');
    for (const [rules, expected] of [
      [[less], due],
      [[less, more], due + day],
      [[more, less], due + day],
    ] as const) {
      const incident = applied('inc_1', at('16T10:00'), at('16T10:30'), [{ ...READING, rules }]);
      const end = deadlineSteps({ due_at: due, lock_at: null }, [incident]).at(-1);
      t.equal(end?.after.due_at ?? due, expected);
    }
    t.end();
  },
);

t.test('only a rule that says so lets people hand in again', (t) => {
  const again = (policy: OutageRules, lasted: number) => {
    const incident = applied('inc_1', at('16T10:00'), at('16T10:00') + lasted, [policy]);
    return deadlineSteps({ due_at: at('16T10:00'), lock_at: null }, [incident])[0]?.allow_resubmit;
  };
  t.equal(again(READING, hour), true);
  t.equal(again(READING, hour - 1), false);
  t.equal(again(BERGEN, hour), false);
  t.end();
});

t.test('closing moves along with the due date, and alone when only it is touched', (t) => {
  const incident = applied('inc_1', at('16T10:00'), at('16T10:30'), [READING]);
  const lockOf = (due_at: string | null, lock_at: string) => {
    const dates = { due_at: due_at === null ? null : at(due_at), lock_at: at(lock_at) };
    return written(deadlineSteps(dates, [incident]).at(-1)?.after.lock_at ?? dates.lock_at);
  };
  t.equal(lockOf('16T10:15', '20T12:00'), '21T12:00', 'the days for late work stay');
  t.equal(lockOf('10T10:00', '16T10:15'), '17T10:15');
  t.equal(lockOf(null, '16T10:15'), '17T10:15');
  t.equal(lockOf('16T10:15', '16T10:15'), '17T10:15');
  t.equal(lockOf('10T10:00', '20T12:00'), '20T12:00');
  t.end();
});

t.test('a deadline that was moved into another outage is moved again', (t) => {
  const first = applied('inc_1', at('16T10:00'), at('16T11:00'), [READING]);
  const second = applied('inc_2', at('17T10:00'), at('17T11:00'), [READING]);
  const steps = deadlineSteps({ due_at: at('16T10:30'), lock_at: null }, [second, first]);
  t.same(
    steps.map((step) => [step.incident_id, written(step.after.due_at ?? 0)]),
    [
      ['inc_1', '17T10:30'],
      ['inc_2', '18T10:30'],
    ],
  );
  t.end();
});

t.test('nothing is covered beyond what is said to be covered', (t) => {
  fc.assert(
    fc.property(incidents(1), deadline, ([incident], due_at) => {
      fc.pre(incident !== undefined);
      const steps = deadlineSteps({ due_at, lock_at: null }, [incident]);
      const until = coveredUntil(incident, incident.policies);
      return steps.length === 0 || (due_at >= incident.started_at && due_at <= until);
    }),
  );
  t.end();
});

t.test('never shortens, whatever happened', (t) => {
  fc.assert(
    fc.property(incidents(5), deadline, deadline, (list, due_at, lock_at) => {
      let last = { due_at, lock_at };
      for (const { before, after } of deadlineSteps(last, list)) {
        if (before.due_at !== last.due_at || before.lock_at !== last.lock_at) return false;
        if (Number(after.due_at) < last.due_at || Number(after.lock_at) < last.lock_at)
          return false;
        last = { due_at: Number(after.due_at), lock_at: Number(after.lock_at) };
      }
      return true;
    }),
  );
  t.end();
});

t.test('the order does not matter', (t) => {
  const shuffled = incidents(5).chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, deadline, ([list, other], due_at) => {
      t.same(
        deadlineSteps({ due_at, lock_at: null }, list),
        deadlineSteps({ due_at, lock_at: null }, other),
      );
    }),
  );
  t.end();
});

t.test('a policy twice is a policy once', (t) => {
  fc.assert(
    fc.property(incidents(3), deadline, (list, due_at) => {
      const twice = list.map((one) => ({ ...one, policies: [...one.policies, ...one.policies] }));
      t.same(
        deadlineSteps({ due_at, lock_at: null }, list),
        deadlineSteps({ due_at, lock_at: null }, twice),
      );
    }),
  );
  t.end();
});

t.test('a longer outage never gives less time, but for days that are skipped', (t) => {
  fc.assert(
    fc.property(incidents(1), deadline, fc.nat(3 * day), ([incident], due_at, longer) => {
      fc.pre(incident !== undefined);
      // Days are skipped whole: late on a Saturday becomes late on Monday, midnight on Monday stays.
      const policies = incident.policies.map((policy) => ({
        ...policy,
        rules: policy.rules.map((rule) => ({ ...rule, business_days: false })),
      }));
      const dueIn = (one: AppliedIncident) =>
        deadlineSteps({ due_at, lock_at: null }, [{ ...one, policies }]).at(-1)?.after.due_at ??
        due_at;
      return dueIn({ ...incident, ended_at: incident.ended_at + longer }) >= dueIn(incident);
    }),
  );
  t.end();
});

/** Of November 2026. */
function at(text: string): number {
  return Date.parse(`2026-11-${text}:00Z`);
}

function written(ms: number): string {
  return new Date(ms).toISOString().slice(8, 16);
}

function applied(
  incident_id: string,
  started_at: number,
  ended_at: number,
  policies: readonly OutageRules[],
): AppliedIncident {
  return { incident_id, started_at, ended_at, policies };
}

function incidents(maxLength: number) {
  const window = fc.record({
    start: fc.integer({ min: at('14T00:00'), max: at('24T00:00') }),
    lasted: fc.oneof(fc.nat(2 * hour), fc.nat(2 * day)),
    policies: fc.oneof(
      fc.subarray([READING, WATERLOO, BERGEN], { minLength: 1 }),
      fc.array(anyPolicy, { minLength: 1, maxLength: 2 }),
    ),
  });
  return fc
    .array(window, { minLength: 1, maxLength })
    .map((list) =>
      list.map(({ start, lasted, policies }, n) =>
        applied(`inc_${n}`, start, start + lasted, policies),
      ),
    );
}
