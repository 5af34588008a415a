import t from 'tap';
import { adjustmentOf } from '../deadline-adjustments.ts';
import { previewAdjustments } from '../queries/adjustment-plan.ts';
import { listAdjustments } from '../queries/deadline-adjustments.ts';
import type { Incident } from '../queries/incidents.ts';
import { actorOf, newAssignment, PEOPLE, type TestCourse } from '../test-course.ts';
import {
  applying,
  courseWithIncidents as course,
  day,
  ENDED_AT,
  hour,
  incident,
  reverting,
} from '../test-incidents.ts';
import { READING } from '../test-outage-policies.ts';

const PU = 'UPDATE_OUTAGE_POLICY';
const PD = 'DELETE_OUTAGE_POLICY';
const A = 'ADJUST_DEADLINES';
const rule = READING.rules[0];

t.test('applying moves what the rule covers, and says what it did', (t) => {
  const machine = course();
  const preview = previewAdjustments(machine.reader, actorOf('admin'), 'inc_1', 'opl_1', 9);
  t.same(adjusted(machine), [], 'a preview writes nothing');
  const answer = machine.must(PEOPLE.admin, A, applying());
  t.match(answer, {
    adjustment_count: 2,
    incident: { version: 2, applied_policies: [{ policy_id: 'opl_1', name: 'Handbook 6.2' }] },
  });
  t.equal(machine.lastTarget(), 'inc_1');
  t.match(machine.lastEvents(), [
    { type: 'deadlines.adjusted', course_id: 'crs_1', user_id: null },
  ]);
  const page = listAdjustments(machine.reader, actorOf('admin'), 'inc_1', {
    limit: 9,
    after: null,
  });
  t.match(page.items, [
    {
      assignment_id: 'asg_after',
      assignment_title: 'Essay',
      due_before: '2026-11-16T11:10:00.000Z',
      due_at: '2026-11-17T11:10:00.000Z',
      lock_at: null,
    },
    {
      assignment_id: 'asg_in',
      user: null,
      due_at: '2026-11-17T10:10:00.000Z',
      lock_before: '2026-11-19T10:00:00.000Z',
      lock_at: '2026-11-20T10:00:00.000Z',
    },
  ]);
  t.same(preview.items, page.items, 'as the preview said');
  t.equal(preview.adjustment_count, 2);
  t.throws(
    () =>
      listAdjustments(machine.reader, actorOf('instructor'), 'inc_1', { limit: 9, after: null }),
    { code: 'forbidden' },
  );
  t.end();
});

t.test('applying twice is applying once, and reverting restores', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  const once = adjusted(machine);
  machine.now += hour;
  const again = machine.must<{ incident: Incident }>(PEOPLE.admin, A, applying());
  t.same(adjusted(machine), once);
  t.same(machine.lastEvents(), [], 'nobody is told again');
  t.equal(again.incident.version, 2);
  t.match(machine.must(PEOPLE.admin, A, reverting()), {
    adjustment_count: 0,
    incident: { applied_policies: [], version: 3 },
  });
  t.match(machine.lastEvents(), [{ type: 'deadlines.adjusted' }]);
  t.same(adjusted(machine), []);
  t.end();
});

t.test('of two policies the more generous one wins, and either can be taken back', (t) => {
  const machine = course();
  const due = () => adjustmentOf(machine.reader, 'asg_in', null).due_at;
  machine.must(PEOPLE.admin, PU, {
    policy_id: 'opl_2',
    rules: [{ ...rule, extend_by_seconds: (2 * day) / 1000 }],
  });
  machine.must(PEOPLE.admin, A, applying());
  const byFirst = due();
  machine.must(PEOPLE.admin, A, applying({ policy_id: 'opl_2' }));
  t.equal(due(), Number(byFirst) + day);
  machine.must(PEOPLE.admin, A, reverting({ policy_id: 'opl_2' }));
  t.equal(due(), byFirst);
  t.end();
});

t.test('a policy in force stays as it was applied, until it is applied again', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  const before = adjusted(machine);
  machine.must(PEOPLE.admin, PU, {
    policy_id: 'opl_1',
    rules: [{ ...rule, extend_by_seconds: (2 * day) / 1000 }],
  });
  t.same(adjusted(machine), before);
  machine.must(PEOPLE.admin, PD, { policy_id: 'opl_2' });
  machine.must(PEOPLE.admin, A, applying());
  t.not(JSON.stringify(adjusted(machine)), JSON.stringify(before));
  t.end();
});

t.test('an incident of a course, and an archived course, leave other deadlines alone', (t) => {
  const machine = course();
  machine.must(
    PEOPLE.foreignInstructor,
    'CREATE_ASSIGNMENT',
    newAssignment({ assignment_id: 'asg_foreign', course_id: 'crs_2', due_at: ENDED_AT }),
  );
  machine.must(PEOPLE.admin, 'CREATE_INCIDENT', incident({ course_id: 'crs_2' }));
  const own = applying({ incident_id: 'inc_new' });
  t.match(machine.must(PEOPLE.admin, A, own), { adjustment_count: 1 });
  t.match(adjusted(machine), [{ assignment_id: 'asg_foreign' }]);
  machine.must(PEOPLE.admin, A, reverting({ incident_id: 'inc_new' }));
  machine.archive('crs_1');
  machine.must(PEOPLE.admin, A, applying());
  t.match(adjusted(machine), [{ assignment_id: 'asg_foreign' }], 'the archived one is left out');
  t.equal(adjusted(machine).length, 1);
  t.end();
});

function adjusted(machine: TestCourse): object[] {
  return machine.reader.all(
    `SELECT incident_id, assignment_id, user_id, due_before, due_at, lock_before, lock_at, created_at
       FROM deadline_adjustments ORDER BY assignment_id, sequence`,
  );
}
