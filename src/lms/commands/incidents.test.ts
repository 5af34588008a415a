import t from 'tap';
import { maxOutageSeconds, maxPolicyRules } from '../limits.ts';
import { getIncident, type Incident, listIncidents } from '../queries/incidents.ts';
import type { Refusal } from '../refusal.ts';
import { actorOf, PEOPLE, type Person } from '../test-course.ts';
import {
  applying,
  courseWithIncidents as course,
  ENDED_AT,
  incident,
  outagePolicy,
  reverting,
  STARTED_AT,
} from '../test-incidents.ts';
import { READING } from '../test-outage-policies.ts';

const I = 'CREATE_INCIDENT';
const IU = 'UPDATE_INCIDENT';
const ID = 'DELETE_INCIDENT';
const P = 'CREATE_OUTAGE_POLICY';
const PU = 'UPDATE_OUTAGE_POLICY';
const PD = 'DELETE_OUTAGE_POLICY';
const A = 'ADJUST_DEADLINES';

const of = (changes: object = {}) => ({ incident_id: 'inc_1', ...changes });
const to = (changes: object = {}) => ({ policy_id: 'opl_1', ...changes });
const rule = READING.rules[0];
const LONG = { ended_at: STARTED_AT + maxOutageSeconds * 1000 };

const TABLE: readonly [
  name: string,
  person: Person,
  kind: string,
  payload: object,
  code: string,
][] = [
  ['an admin declares', 'admin', I, incident(), 'ok'],
  ['an admin declares what goes on', 'admin', I, incident({ ended_at: null }), 'ok'],
  ['an admin declares for a course', 'admin', I, incident({ course_id: 'crs_1' }), 'ok'],
  ['an instructor declares', 'instructor', I, incident(), 'forbidden'],
  ['a student declares', 'student', I, incident(), 'forbidden'],
  ['a deleted account declares', 'nobodyKnown', I, incident(), 'account_not_active'],
  ['for no course', 'admin', I, incident({ course_id: 'crs_0' }), 'invalid_value'],
  ['ends as it begins', 'admin', I, incident({ ended_at: STARTED_AT }), 'invalid_value'],
  ['as long as can be', 'admin', I, incident(LONG), 'ok'],
  ['longer', 'admin', I, incident({ ended_at: LONG.ended_at + 1 }), 'invalid_value'],
  ['with an id that is taken', 'admin', I, incident({ incident_id: 'inc_1' }), 'already_exists'],

  ['an admin renames', 'admin', IU, of({ title: 'Smoke' }), 'ok'],
  ['an instructor renames', 'instructor', IU, of({ title: 'Smoke' }), 'forbidden'],
  ['an admin ends it', 'admin', IU, of({ incident_id: 'inc_open', ended_at: ENDED_AT }), 'ok'],
  ['before it began', 'admin', IU, of({ ended_at: STARTED_AT - 1 }), 'invalid_value'],
  ['no such incident', 'admin', IU, of({ incident_id: 'inc_0' }), 'not_found'],
  ['another version', 'admin', IU, of({ expected_version: 2 }), 'version_mismatch'],

  ['an admin deletes', 'admin', ID, of(), 'ok'],
  ['an instructor deletes', 'instructor', ID, of(), 'forbidden'],
  ['no such incident', 'admin', ID, of({ incident_id: 'inc_0' }), 'not_found'],
  ['another version', 'admin', ID, of({ expected_version: 2 }), 'version_mismatch'],

  ['an admin makes a policy', 'admin', P, outagePolicy(), 'ok'],
  ['an instructor makes a policy', 'instructor', P, outagePolicy(), 'forbidden'],
  ['without rules', 'admin', P, outagePolicy({ rules: [] }), 'invalid_value'],
  [
    'with too many',
    'admin',
    P,
    outagePolicy({ rules: Array(maxPolicyRules + 1).fill(rule) }),
    'invalid_value',
  ],
  [
    'a rule that takes away',
    'admin',
    P,
    outagePolicy({ rules: [{ ...rule, extend_by_seconds: -1 }] }),
    'invalid_value',
  ],
  [
    'a part of a second',
    'admin',
    P,
    outagePolicy({ rules: [{ ...rule, min_outage_seconds: 0.5 }] }),
    'invalid_value',
  ],
  [
    'covers years',
    'admin',
    P,
    outagePolicy({ rules: [{ ...rule, covers_due_after_seconds: maxOutageSeconds + 1 }] }),
    'invalid_value',
  ],
  ['nowhere on earth', 'admin', P, outagePolicy({ utc_offset_minutes: 841 }), 'invalid_value'],
  [
    'always on holiday',
    'admin',
    P,
    outagePolicy({ holidays: Array(401).fill('2026-01-01') }),
    'invalid_value',
  ],
  ['with an id that is taken', 'admin', P, outagePolicy({ policy_id: 'opl_1' }), 'already_exists'],

  ['an admin changes it', 'admin', PU, to({ name: 'Handbook 7' }), 'ok'],
  ['an instructor changes it', 'instructor', PU, to({ name: 'Mine' }), 'forbidden'],
  ['takes its rules away', 'admin', PU, to({ rules: [] }), 'invalid_value'],
  ['no such policy', 'admin', PU, to({ policy_id: 'opl_0' }), 'not_found'],
  ['another version', 'admin', PU, to({ expected_version: 2 }), 'version_mismatch'],
  ['an admin deletes it', 'admin', PD, to(), 'ok'],
  ['an instructor deletes it', 'instructor', PD, to(), 'forbidden'],
  ['no such policy', 'admin', PD, to({ policy_id: 'opl_0' }), 'not_found'],
  ['another version', 'admin', PD, to({ expected_version: 2 }), 'version_mismatch'],

  ['an admin applies', 'admin', A, applying(), 'ok'],
  ['an admin reverts what is not', 'admin', A, reverting(), 'ok'],
  ['an instructor applies', 'instructor', A, applying(), 'forbidden'],
  ['an instructor reverts', 'instructor', A, reverting(), 'forbidden'],
  ['no such incident', 'admin', A, applying({ incident_id: 'inc_0' }), 'not_found'],
  ['no such policy', 'admin', A, applying({ policy_id: 'opl_0' }), 'invalid_value'],
  ['while it goes on', 'admin', A, applying({ incident_id: 'inc_open' }), 'conflict'],
];

t.test('who may declare, write rules and move deadlines', (t) => {
  for (const [name, person, kind, payload, code] of TABLE) {
    const machine = course();
    t.equal(machine.code(PEOPLE[person], kind, payload), code, `${kind}: ${name}`);
    machine.close();
  }
  t.end();
});

t.test('an incident is answered as it is read', (t) => {
  const machine = course();
  const made = machine.must<Incident>(PEOPLE.admin, I, incident());
  t.equal(machine.lastTarget(), 'inc_new');
  t.match(machine.lastEvents(), [{ type: 'incident.recorded', course_id: null, user_id: null }]);
  t.same(getIncident(machine.reader, actorOf('student'), 'inc_new'), made);
  t.match(made, { source: 'declared', ended_at: '2026-11-16T10:30:00.000Z', version: 1 });
  const changed = machine.must<Incident>(PEOPLE.admin, IU, {
    incident_id: 'inc_new',
    note_md: 'Put out.',
    ended_at: null,
  });
  t.match(changed, { note_md: 'Put out.', ended_at: null, title: made.title, version: 2 });
  machine.must(PEOPLE.admin, ID, { incident_id: 'inc_new' });
  t.throws(() => getIncident(machine.reader, actorOf('admin'), 'inc_new'), { code: 'not_found' });
  t.end();
});

t.test('an incident of a course is its members’ to know', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, I, incident({ course_id: 'crs_1' }));
  const ids = (person: Person) =>
    listIncidents(machine.reader, actorOf(person), { limit: 2, after: null }).items.map(
      ({ id }) => id,
    );
  const own = (person: Person) =>
    codeOf(() => getIncident(machine.reader, actorOf(person), 'inc_new'));
  for (const person of ['student', 'ta', 'admin'] as const) {
    t.same([ids(person), own(person)], [['inc_new', 'inc_open'], 'ok'], person);
  }
  t.same([ids('foreignStudent'), own('foreignStudent')], [['inc_open', 'inc_1'], 'not_found']);
  t.end();
});

t.test('while a policy is in force, the incident stays where it is', (t) => {
  const machine = course();
  machine.must(PEOPLE.admin, A, applying());
  t.equal(machine.code(PEOPLE.admin, IU, of({ ended_at: ENDED_AT + 1 })), 'conflict');
  t.equal(machine.code(PEOPLE.admin, ID, of()), 'conflict');
  t.equal(machine.code(PEOPLE.admin, IU, of({ title: 'Smoke', ended_at: ENDED_AT })), 'ok');
  machine.must(PEOPLE.admin, A, reverting());
  t.equal(machine.code(PEOPLE.admin, IU, of({ ended_at: ENDED_AT + 1 })), 'ok');
  t.equal(machine.code(PEOPLE.admin, ID, of()), 'ok');
  t.end();
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as Refusal).code;
  }
}
