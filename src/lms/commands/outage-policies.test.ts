import t from 'tap';
import {
  getOutagePolicy,
  listOutagePolicies,
  type OutagePolicy,
} from '../queries/outage-policies.ts';
import { actorOf, PEOPLE } from '../test-course.ts';
import { courseWithIncidents as course, outagePolicy } from '../test-incidents.ts';
import { READING } from '../test-outage-policies.ts';

const P = 'CREATE_OUTAGE_POLICY';
const PU = 'UPDATE_OUTAGE_POLICY';
const PD = 'DELETE_OUTAGE_POLICY';
const rule = READING.rules[0];

t.test('what is at fault is named', (t) => {
  const machine = course();
  const rules = [rule, { ...rule, extend_by_seconds: -1 }];
  const result = machine.apply(PEOPLE.admin, P, outagePolicy({ rules, utc_offset_minutes: 900 }));
  t.match(result, {
    errors: [{ pointer: '/rules/1/extend_by_seconds' }, { pointer: '/utc_offset_minutes' }],
  });
  t.end();
});

t.test('a policy is answered as it is read, and lists leave out what was deleted', (t) => {
  const machine = course();
  const made = machine.must<OutagePolicy>(PEOPLE.admin, P, outagePolicy());
  t.same(getOutagePolicy(machine.reader, actorOf('student'), 'opl_new'), made);
  machine.must(PEOPLE.admin, PU, { policy_id: 'opl_new', holidays: ['2026-12-25'] });
  t.match(getOutagePolicy(machine.reader, actorOf('ta'), 'opl_new'), {
    holidays: ['2026-12-25'],
    rules: made.rules,
    version: 2,
  });
  machine.must(PEOPLE.admin, PD, { policy_id: 'opl_1' });
  const page = listOutagePolicies(machine.reader, actorOf('ta'), { limit: 9, after: null });
  t.same(
    page.items.map(({ id }) => id),
    ['opl_2', 'opl_new'],
  );
  t.end();
});
