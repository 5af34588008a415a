import fc from 'fast-check';
import t from 'tap';
import { adjustmentOf } from '../deadline-adjustments.ts';
import { PEOPLE, TestCourse } from '../test-course.ts';
import {
  applying,
  day,
  hour,
  incident,
  outagePolicy,
  reverting,
  STARTED_AT,
} from '../test-incidents.ts';
import { BERGEN, READING, WATERLOO } from '../test-outage-policies.ts';

const POLICIES = { opl_r: READING, opl_w: WATERLOO, opl_b: BERGEN };
const ids = ['inc_0', 'inc_1', 'inc_2'] as const;

interface World {
  readonly dues: readonly number[];
  readonly windows: readonly (readonly [start: number, lasted: number])[];
}

interface Step {
  readonly incident_id: (typeof ids)[number];
  readonly policy_id: keyof typeof POLICIES;
  readonly action: 'apply' | 'revert';
}

const time = fc.integer({ min: STARTED_AT, max: STARTED_AT + 4 * day });
const world: fc.Arbitrary<World> = fc.record({
  dues: fc.array(time, { minLength: 3, maxLength: 3 }),
  windows: fc.array(fc.tuple(time, fc.integer({ min: 1, max: 30 * hour })), {
    minLength: 3,
    maxLength: 3,
  }),
});
const step: fc.Arbitrary<Step> = fc.record({
  incident_id: fc.constantFrom(...ids),
  policy_id: fc.constantFrom('opl_r', 'opl_w', 'opl_b'),
  action: fc.constantFrom('apply', 'apply', 'revert'),
});

t.test('only what is in force counts, not how it came about', (t) => {
  fc.assert(
    fc.property(world, fc.array(step, { maxLength: 8 }), (start, steps) => {
      const lived = machineOf(start);
      for (const one of steps) take(lived, one);
      const straight = machineOf(start);
      const inForce = [...new Map(steps.map((one) => [keyOf(one), one])).values()]
        .filter(({ action }) => action === 'apply')
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      for (const one of inForce) take(straight, one);
      const [before, after] = [deadlinesOf(lived, start), deadlinesOf(straight, start)];
      t.same(before, after);
      for (const [n, due] of start.dues.entries()) t.ok((before[n] ?? 0) >= due, 'never shorter');
      lived.close();
      straight.close();
    }),
    { numRuns: 60 },
  );
  t.end();
});

function keyOf({ incident_id, policy_id }: Step): string {
  return `${incident_id} ${policy_id}`;
}

function take(machine: TestCourse, { action, ...ids }: Step): void {
  machine.must(
    PEOPLE.admin,
    'ADJUST_DEADLINES',
    action === 'apply' ? applying(ids) : reverting(ids),
  );
}

function deadlinesOf(machine: TestCourse, { dues }: World): number[] {
  return dues.map((due, n) => adjustmentOf(machine.reader, `asg_${n}`, null).due_at ?? due);
}

function machineOf({ dues, windows }: World): TestCourse {
  const machine = new TestCourse();
  for (const [n, due_at] of dues.entries()) machine.addAssignment(`asg_${n}`, { due_at });
  for (const [policy_id, rules] of Object.entries(POLICIES)) {
    machine.must(PEOPLE.admin, 'CREATE_OUTAGE_POLICY', outagePolicy({ policy_id, ...rules }));
  }
  for (const [n, [started_at, lasted]] of windows.entries()) {
    const window = { incident_id: `inc_${n}`, started_at, ended_at: started_at + lasted };
    machine.must(PEOPLE.admin, 'CREATE_INCIDENT', incident(window));
  }
  return machine;
}
