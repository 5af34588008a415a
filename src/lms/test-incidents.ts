import { PEOPLE, TestCourse } from './test-course.ts';
import { BERGEN, READING } from './test-outage-policies.ts';

const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Of the outage `inc_1`, which lasted half an hour. */
export const STARTED_AT = Date.UTC(2026, 10, 16, 10);
export const ENDED_AT = STARTED_AT + hour / 2;

export const incident = (changes: object = {}) => ({
  incident_id: 'inc_new',
  title: 'Fire in the machine room',
  note_md: '',
  course_id: null,
  started_at: STARTED_AT,
  ended_at: ENDED_AT,
  ...changes,
});

export const outagePolicy = (changes: object = {}) => ({
  policy_id: 'opl_new',
  name: 'Handbook 6.2',
  ...READING,
  ...changes,
});

export const applying = (changes: object = {}) => ({
  incident_id: 'inc_1',
  action: 'apply',
  policy_id: 'opl_1',
  ...changes,
});

export const reverting = (changes: object = {}) => ({
  incident_id: 'inc_1',
  action: 'revert',
  policy_id: null,
  ...changes,
});

/**
 * The policies `opl_1` (Reading) and `opl_2` (Bergen); `inc_1`, which is over, and `inc_open`, which
 * goes on; `asg_in` due in the outage, `asg_after` 40 minutes after it, `asg_far` a week later, and
 * `asg_none` without dates.
 */
export function courseWithIncidents(): TestCourse {
  const machine = new TestCourse();
  const admin = PEOPLE.admin;
  machine.must(admin, 'CREATE_OUTAGE_POLICY', outagePolicy({ policy_id: 'opl_1' }));
  machine.must(admin, 'CREATE_OUTAGE_POLICY', outagePolicy({ policy_id: 'opl_2', ...BERGEN }));
  machine.must(admin, 'CREATE_INCIDENT', incident({ incident_id: 'inc_1' }));
  machine.must(admin, 'CREATE_INCIDENT', incident({ incident_id: 'inc_open', ended_at: null }));
  machine.addAssignment('asg_in', {
    due_at: STARTED_AT + 10 * minute,
    lock_at: STARTED_AT + 3 * day,
  });
  machine.addAssignment('asg_after', { due_at: ENDED_AT + 40 * minute });
  machine.addAssignment('asg_far', { due_at: ENDED_AT + 7 * day });
  machine.addAssignment('asg_none');
  return machine;
}
