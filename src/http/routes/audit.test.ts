import t from 'tap';
import { courseScene, itemsOf, type Person } from '../testing-course.ts';

interface Event {
  readonly log_index: number;
  readonly kind: string;
  readonly actor_id: string | null;
}

const ACCESS: readonly [who: Person | null, site: number, course: number, chain: number][] = [
  ['admin', 200, 200, 200],
  ['instructor', 403, 200, 403],
  ['ta', 403, 200, 403],
  ['student', 403, 403, 403],
  ['foreignInstructor', 403, 404, 403],
  [null, 401, 401, 401],
];

t.test('who may read the audit trail and the chain', async (t) => {
  const { as, course_id } = courseScene(t);
  for (const [who, site, course, chain] of ACCESS) {
    t.equal((await as(who, 'GET /v1/audit-events')).status, site, `${who}`);
    t.equal((await as(who, `GET /v1/audit-events?course_id=${course_id}`)).status, course);
    t.equal((await as(who, 'GET /v1/audit/chain')).status, chain);
  }
});

t.test('filters, pages and times', async (t) => {
  const { as, api, assignment, course_id, people } = courseScene(t);
  assignment();
  const time = new Date(Date.now() + 1).toISOString();
  const kind = 'GET /v1/audit-events?kind=CREATE_ASSIGNMENT';
  t.match(await itemsOf<Event>(as('admin', kind)), [
    { actor_id: people.instructor.id, code: 'ok' },
  ]);
  t.same(await itemsOf(as('admin', `GET /v1/audit-events?from=${time}`)), []);
  const seen: number[] = [];
  let path = '/v1/audit-events?limit=5';
  while (path !== '') {
    const page = await as('admin', `GET ${path}`);
    seen.push(...(await itemsOf<Event>(page)).map((event) => event.log_index));
    path = /<(.*)>; rel="next"/.exec(page.headers.get('Link') ?? '')?.[1] ?? '';
  }
  const { index } = api.machine.applied;
  t.same(
    seen,
    Array.from({ length: index }, (_, n) => index - n),
  );
  const own = `GET /v1/audit-events?course_id=${course_id}&actor_id=me`;
  const [event] = await itemsOf<Event>(as('instructor', own));
  t.equal(event?.actor_id, people.instructor.id);
  t.equal((await as('admin', 'GET /v1/audit-events?kind=x')).status, 400);
  t.equal((await as('admin', 'GET /v1/audit-events?actor=x')).status, 400);
});

t.test('the chain, whole and in parts', async (t) => {
  const { as, api } = courseScene(t);
  const whole = await as('admin', 'GET /v1/audit/chain');
  t.match(await whole.json(), { from: 1, chain_hash: api.machine.chainHash });
  t.match(await (await as('admin', 'GET /v1/audit/chain?from=2&to=3')).json(), { from: 2, to: 3 });
  t.equal((await as('admin', 'GET /v1/audit/chain?from=100000')).status, 404);
  t.equal((await as('admin', 'GET /v1/audit/chain?from=0')).status, 400);
});
