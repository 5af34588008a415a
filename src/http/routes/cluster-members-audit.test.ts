import t from 'tap';
import { ProposalError } from '../../raft/errors.ts';
import { TestApi } from '../testing.ts';
import { itemsOf } from '../testing-course.ts';

const N4 = { id: 'n4', raft: '10.0.0.4:9001', api: 'http://10.0.0.4:8001' };

t.test('a change of the members names in the audit trail who asked for it', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const root = api.user('root', 'admin');
  const ann = api.user('ann', 'instructor');
  const asked: [target: string, body: unknown][] = [
    ['POST /v1/cluster/nodes', N4],
    ['POST /v1/cluster/nodes', { ...N4, id: 'n5', replaces: 'n3' }],
    ['DELETE /v1/cluster/nodes/n3', undefined],
    ['POST /v1/cluster/leadership', { to: 'n2' }],
  ];
  for (const [target, body] of asked) {
    const content = body === undefined ? {} : { body };
    t.equal((await api.request(target, { token: ann.token, ...content })).status, 403);
    t.equal((await api.request(target, { token: root.token, ...content })).status, 503);
  }
  const path = 'GET /v1/audit-events?kind=REQUEST_MEMBER_CHANGE';
  const events = await itemsOf<object>(api.request(path, { token: root.token }));
  t.match(
    events,
    ['n2', 'n3', 'n5', 'n4'].map((object_id) => ({ actor_id: root.id, object_id, code: 'ok' })),
  );
  t.equal(events.length, asked.length, 'strangers leave no entry');
});

t.test('a disk that is low keeps nobody from changing the members', async (t) => {
  const api = new TestApi();
  t.teardown(() => api.close());
  const { token } = api.user('root', 'admin');
  api.consensus.beforePropose = () =>
    Promise.reject(new ProposalError('disk_low', 'not_applied', 'full'));
  api.membership = { ...api.membership, moveLeadership: () => Promise.resolve('n2') };
  const response = await api.request('POST /v1/cluster/leadership', { token, body: { to: 'n2' } });
  t.match(await response.json(), { leader_id: 'n2' });
});
