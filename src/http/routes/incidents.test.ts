import t from 'tap';
import { type CourseScene, courseScene, itemsOf, type Person } from '../testing-course.ts';

const STARTED_AT = '2026-11-16T10:00:00.000Z';
const ENDED_AT = '2026-11-16T12:30:00.000Z';
const INCIDENT = { title: 'A cable was cut', started_at: STARTED_AT, ended_at: ENDED_AT };
const RULE = {
  min_outage_seconds: 3_600,
  covers_due_after_seconds: 86_400,
  covers_rest_of_day: false,
  extend_by_seconds: 86_400,
  extend_from: 'original',
  business_days: false,
  allow_resubmit: true,
};
const POLICY = { name: 'Handbook 6.2', rules: [RULE] };

async function made(scene: CourseScene, path: string, body: object): Promise<string> {
  const response = await scene.as('admin', `POST ${path}`, body);
  const { id } = (await response.json()) as { id: string };
  return id;
}

t.test('an incident is declared, corrected, read and deleted', async (t) => {
  const { as, course_id } = courseScene(t);
  const response = await as('admin', 'POST /v1/incidents', { ...INCIDENT, course_id });
  t.equal(response.status, 201);
  const incident = (await response.json()) as { id: string };
  t.match(incident, { ...INCIDENT, course_id, source: 'declared', note_md: '', version: 1 });
  const path = `/v1/incidents/${incident.id}`;
  t.equal(response.headers.get('Location'), path);

  const changed = await as('admin', `PATCH ${path}`, { ended_at: null }, { 'If-Match': '"1"' });
  t.match(await changed.json(), { ended_at: null, title: INCIDENT.title, version: 2 });
  const stale = await as('admin', `PATCH ${path}`, { title: 'x' }, { 'If-Match': '"1"' });
  t.match(await stale.json(), { code: 'version_mismatch', current_version: 2 });
  t.match(await (await as('student', `GET ${path}`)).json(), { id: incident.id });
  t.equal((await as('foreignStudent', `GET ${path}`)).status, 404);
  t.match(await itemsOf(as('ta', 'GET /v1/incidents')), [{ id: incident.id }]);
  t.equal((await as('admin', `DELETE ${path}`)).status, 204);
  t.equal((await as('admin', `GET ${path}`)).status, 404);
  t.same(await itemsOf(as('ta', 'GET /v1/incidents')), []);
});

t.test('a policy is written, corrected, read and deleted', async (t) => {
  const { as } = courseScene(t);
  const response = await as('admin', 'POST /v1/outage-policies', POLICY);
  t.equal(response.status, 201);
  const policy = (await response.json()) as { id: string };
  t.match(policy, { ...POLICY, utc_offset_minutes: 0, holidays: [] });
  const path = `/v1/outage-policies/${policy.id}`;
  t.equal(response.headers.get('Location'), path);
  const changed = await as('admin', `PATCH ${path}`, { holidays: ['2026-12-25'] });
  t.match(await changed.json(), { ...POLICY, holidays: ['2026-12-25'], version: 2 });
  t.match(await (await as('student', `GET ${path}`)).json(), { version: 2 });
  t.match(await itemsOf(as('student', 'GET /v1/outage-policies')), [{ id: policy.id }]);
  t.equal((await as('admin', `DELETE ${path}`)).status, 204);
  t.same(await itemsOf(as('student', 'GET /v1/outage-policies')), []);
});

t.test('preview, apply, apply again, revert', async (t) => {
  const scene = courseScene(t);
  const { as } = scene;
  const due_at = '2026-11-16T12:00:00.000Z';
  const assignment = scene.assignment({ due_at: Date.parse(due_at) });
  const incident = await made(scene, '/v1/incidents', INCIDENT);
  const policy_id = await made(scene, '/v1/outage-policies', POLICY);
  const path = `/v1/incidents/${incident}/adjustments`;
  const due = async () => {
    const seen = await as('student', `GET /v1/assignments/${assignment}`);
    return ((await seen.json()) as { due_at: string }).due_at;
  };
  const moved = {
    assignment_id: assignment,
    user: null,
    due_before: due_at,
    due_at: '2026-11-17T12:00:00.000Z',
    allow_resubmit: true,
  };

  const preview = await as('admin', `POST ${path}`, { action: 'preview', policy_id });
  t.equal(preview.status, 200);
  t.match(await preview.json(), { adjustment_count: 1, items: [moved] });
  t.equal(await due(), due_at, 'nothing was changed');
  for (const version of [2, 2]) {
    const applied = await as('admin', `POST ${path}`, { action: 'apply', policy_id });
    t.match(await applied.json(), {
      adjustment_count: 1,
      incident: { version, applied_policies: [{ policy_id, name: POLICY.name }] },
    });
    t.equal(await due(), moved.due_at);
  }
  t.match(await itemsOf(as('admin', `GET ${path}`)), [moved]);
  const deleted = await as('admin', `DELETE /v1/incidents/${incident}`);
  t.match(await deleted.json(), { status: 409, code: 'conflict' });
  const reverted = await as('admin', `POST ${path}`, { action: 'revert', policy_id });
  t.match(await reverted.json(), { adjustment_count: 0, incident: { applied_policies: [] } });
  t.equal(await due(), due_at);
  t.equal((await as('admin', `POST ${path}`, { action: 'revert' })).status, 200);
});

const EVERYBODY = [null, 'student', 'ta', 'instructor', 'admin'] as const;

t.test('everybody reads, administrators write', async (t) => {
  const INC = '/v1/incidents/{incident}';
  const OPL = '/v1/outage-policies/{policy}';
  const TABLE: readonly [target: string, body: object | undefined, statuses: string][] = [
    ['GET /v1/incidents', undefined, '401 200 200 200 200'],
    ['POST /v1/incidents', INCIDENT, '401 403 403 403 201'],
    [`GET ${INC}`, undefined, '401 200 200 200 200'],
    [`PATCH ${INC}`, { title: 'x' }, '401 403 403 403 200'],
    [`GET ${INC}/adjustments`, undefined, '401 403 403 403 200'],
    [`POST ${INC}/adjustments`, { action: 'preview' }, '401 403 403 403 200'],
    [`POST ${INC}/adjustments`, { action: 'apply' }, '401 403 403 403 200'],
    [`POST ${INC}/adjustments`, { action: 'revert' }, '401 403 403 403 200'],
    [`DELETE ${INC}`, undefined, '401 403 403 403 204'],
    ['GET /v1/outage-policies', undefined, '401 200 200 200 200'],
    ['POST /v1/outage-policies', POLICY, '401 403 403 403 201'],
    [`GET ${OPL}`, undefined, '401 200 200 200 200'],
    [`PATCH ${OPL}`, { name: 'x' }, '401 403 403 403 200'],
    [`DELETE ${OPL}`, undefined, '401 403 403 403 204'],
  ];
  for (const [target, body, row] of TABLE) {
    const statuses = row.split(' ').map(Number);
    for (const [n, person] of EVERYBODY.entries()) {
      const scene = courseScene(t);
      const incident = await made(scene, '/v1/incidents', INCIDENT);
      const policy_id = await made(scene, '/v1/outage-policies', POLICY);
      const path = target.replace('{incident}', incident).replace('{policy}', policy_id);
      const sent = body !== undefined && 'action' in body ? { ...body, policy_id } : body;
      const response = await scene.as(person as Person | null, path, sent);
      t.equal(response.status, statuses[n], `${target} by ${person}`);
    }
  }
});

const BAD: readonly [string, string, object, number, string, string][] = [
  ['no title', 'incidents', { title: '' }, 400, 'invalid_request', '/title'],
  ['no time', 'incidents', { started_at: 'now' }, 400, 'invalid_request', '/started_at'],
  ['backwards', 'incidents', { ended_at: STARTED_AT }, 422, 'invalid_value', '/ended_at'],
  ['nowhere', 'incidents', { course_id: 'crs_0' }, 422, 'invalid_value', '/course_id'],
  ['detected by hand', 'incidents', { source: 'detected' }, 400, 'unknown_field', '/source'],
  ['no rules', 'outage-policies', { rules: [] }, 400, 'invalid_request', '/rules'],
  [
    'no such day',
    'outage-policies',
    { holidays: ['2026-02-30'] },
    400,
    'invalid_request',
    '/holidays/0',
  ],
  [
    'takes away',
    'outage-policies',
    { rules: [{ ...RULE, extend_by_seconds: -1 }] },
    400,
    'invalid_request',
    '/rules/0/extend_by_seconds',
  ],
];

t.test('bad input is told where and why', async (t) => {
  const { as } = courseScene(t);
  for (const [name, path, changes, status, code, pointer] of BAD) {
    const good = path === 'incidents' ? INCIDENT : POLICY;
    const response = await as('admin', `POST /v1/${path}`, { ...good, ...changes });
    t.match(await response.json(), { status, code, errors: [{ pointer }] }, name);
  }
  t.same(await itemsOf(as('admin', 'GET /v1/incidents')), []);
  t.same(await itemsOf(as('admin', 'GET /v1/outage-policies')), []);
});

t.test('what is to be adjusted must be over, and by a policy that is there', async (t) => {
  const scene = courseScene(t);
  const open = await made(scene, '/v1/incidents', { ...INCIDENT, ended_at: null });
  const policy_id = await made(scene, '/v1/outage-policies', POLICY);
  for (const action of ['preview', 'apply']) {
    const path = `POST /v1/incidents/${open}/adjustments`;
    const tooEarly = await scene.as('admin', path, { action, policy_id });
    t.match(await tooEarly.json(), { status: 409, code: 'conflict' });
    const unknown = await scene.as('admin', path, { action, policy_id: 'opl_0' });
    t.match(await unknown.json(), { status: 422, errors: [{ pointer: '/policy_id' }] });
    const missing = await scene.as('admin', path, { action });
    t.match(await missing.json(), { status: 400, code: 'invalid_request' });
  }
});
