import t, { type Test } from 'tap';
import { TooFewCopies } from '../../lms/blobs/too-few-copies.ts';
import type { MemberChange } from '../../raft/core/member-change.ts';
import { MembershipError, type MembershipErrorCode } from '../../raft/errors.ts';
import { TestApi } from '../testing.ts';

const N4 = { id: 'n4', raft: '10.0.0.4:9001', api: 'http://10.0.0.4:8001' };
const N1 = { id: 'n1', raft: '10.0.0.1:9001', api: 'http://10.0.0.1:8001' };

function start(t: Test) {
  const api = new TestApi();
  t.teardown(() => api.close());
  const asked: (MemberChange & { until?: string | undefined })[] = [];
  const moved: (string | null)[] = [];
  api.membership = {
    changeMembers(change, { until }) {
      asked.push({ ...change, until });
      const configuration = { voters: [N1], voters_outgoing: [], learners: [N4] };
      return Promise.resolve({ index: 77, configuration });
    },
    moveLeadership(to) {
      moved.push(to);
      return Promise.resolve(to ?? 'n3');
    },
  };
  const root = api.user('root', 'admin');
  return { api, asked, moved, token: root.token };
}

t.test('a node is added, and its operator told what it needs to start', async (t) => {
  const { api, asked, token } = start(t);
  const response = await api.request('POST /v1/cluster/nodes', { token, body: N4 });
  t.equal(response.status, 202);
  t.same(await response.json(), { id: 'n4', join_index: 77, members: [N1] });
  const body = { ...N4, replaces: 'n1' };
  await api.request('POST /v1/cluster/nodes', { token, body });
  t.same(asked, [
    { kind: 'add', member: N4, until: 'begun' },
    { kind: 'replace', id: 'n1', member: N4, until: 'begun' },
  ]);
});

t.test('a node is removed, the leadership moved', async (t) => {
  const { api, asked, moved, token } = start(t);
  t.equal((await api.request('DELETE /v1/cluster/nodes/n3', { token })).status, 204);
  t.match(asked, [{ kind: 'remove', id: 'n3' }]);
  const path = 'POST /v1/cluster/leadership';
  const named = await api.request(path, { token, body: { to: 'n2' } });
  t.same(await named.json(), { leader_id: 'n2' });
  const any = await api.request(path, { token, body: { to: null } });
  t.same(await any.json(), { leader_id: 'n3' });
  t.same(moved, ['n2', null]);
});

t.test('only administrators', async (t) => {
  const { api, asked, moved } = start(t);
  const ann = api.user('ann', 'instructor');
  for (const token of [undefined, ann.token]) {
    const status = token === undefined ? 401 : 403;
    const as = token === undefined ? {} : { token };
    const calls: [string, object | undefined][] = [
      ['POST /v1/cluster/nodes', N4],
      ['DELETE /v1/cluster/nodes/n3', undefined],
      ['POST /v1/cluster/leadership', { to: 'n2' }],
    ];
    for (const [target, body] of calls) {
      const response = await api.request(target, { ...as, ...(body !== undefined && { body }) });
      t.equal(response.status, status, target);
    }
  }
  t.same([...asked, ...moved], []);
});

t.test('what cannot be an address or an id is refused', async (t) => {
  const { api, asked, token } = start(t);
  for (const wrong of [
    { id: 'N4' },
    { id: '' },
    { raft: '10.0.0.4' },
    { raft: '10.0.0.4:0' },
    { api: 'https://10.0.0.4:8001' },
    { api: 'http://10.0.0.4:8001/' },
    { api: 'http://10.0.0.4' },
    { voter: true },
  ]) {
    const body = { ...N4, ...wrong };
    const response = await api.request('POST /v1/cluster/nodes', { token, body });
    t.equal(response.status, 400, JSON.stringify(wrong));
  }
  t.same(asked, []);
});

const REFUSALS: readonly [MembershipErrorCode, number, string][] = [
  ['not_leader', 503, 'no_quorum'],
  ['timeout', 503, 'no_quorum'],
  ['closed', 503, 'unavailable'],
  ['in_progress', 409, 'members_changing'],
  ['unsafe', 409, 'members_unsafe'],
  ['unknown_member', 404, 'not_found'],
  ['already_member', 409, 'already_exists'],
  ['removed_id', 409, 'already_exists'],
  ['address_taken', 409, 'already_exists'],
  ['too_many', 409, 'conflict'],
  ['last_voter', 409, 'conflict'],
  ['taken_back', 409, 'conflict'],
];

t.test('every refusal has its problem', async (t) => {
  const { api, token } = start(t);
  for (const [code, status, problem] of REFUSALS) {
    api.membership.changeMembers = () => Promise.reject(new MembershipError(code, 'Because.'));
    const response = await api.request('DELETE /v1/cluster/nodes/n3', { token });
    t.equal(response.status, status, code);
    t.match(await response.json(), { code: problem, detail: 'Because.' });
  }
});

t.test('a node stays while files need it, unless they are given up', async (t) => {
  const { api, token } = start(t);
  const inner = api.membership.changeMembers;
  const given: (boolean | undefined)[] = [];
  api.membership.changeMembers = (change, options) => {
    given.push(options.acceptMissingFiles);
    if (options.acceptMissingFiles === true) return inner(change, options);
    return Promise.reject(new TooFewCopies(2, 1, ['n2 lacks 7']));
  };
  const refused = await api.request('DELETE /v1/cluster/nodes/n3', { token });
  t.equal(refused.status, 409);
  t.match(await refused.json(), { code: 'files_unsafe', detail: /n2 lacks 7/ });
  const forced = await api.request('DELETE /v1/cluster/nodes/n3?accept_missing_files=true', {
    token,
  });
  t.equal(forced.status, 204);
  const body = { ...N4, replaces: 'n1' };
  t.equal((await api.request('POST /v1/cluster/nodes', { token, body })).status, 409);
  const accepting = { ...body, accept_missing_files: true };
  const replaced = await api.request('POST /v1/cluster/nodes', { token, body: accepting });
  t.equal(replaced.status, 202);
  t.same(given, [false, true, false, true]);
});
