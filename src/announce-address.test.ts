import { pino } from 'pino';
import t from 'tap';
import { announceAddress } from './announce-address.ts';
import type { MembershipControl } from './http/ports.ts';
import type { MemberChange } from './raft/core/member-change.ts';
import type { Member } from './raft/core/messages.ts';
import { MembershipError } from './raft/errors.ts';
import type { RaftStatus } from './raft/status.ts';

const SELF: Member = { id: 'n1', raft: 'new:1', api: 'http://new' };
const OLD: Member = { id: 'n1', raft: 'old:1', api: 'http://old' };
const logger = pino({ level: 'silent' });

/** What the cluster knows of this node, look by look, and what it is asked; the last look stays. */
function cluster(looks: (Member | null)[], refusals: MembershipError[] = []) {
  const asked: MemberChange[] = [];
  const members = () => {
    const look = looks.length > 1 ? looks.shift() : looks[0];
    return look === null || look === undefined ? [] : [look];
  };
  const membership: Pick<MembershipControl, 'changeMembers'> = {
    changeMembers(change) {
      asked.push(change);
      const refusal = refusals.shift();
      if (refusal !== undefined) return Promise.reject(refusal);
      const configuration = { voters: [SELF], voters_outgoing: [], learners: [] };
      return Promise.resolve({ index: 1, configuration });
    },
  };
  const raft = { status: () => ({ members: members() }) as unknown as RaftStatus };
  return { asked, parts: { raft, membership, logger } };
}

const never = new AbortController().signal;

t.test('who is where the cluster takes it to be says nothing', async (t) => {
  const { asked, parts } = cluster([SELF]);
  await announceAddress(SELF, parts, never);
  t.same(asked, []);
});

t.test('who moved tells the cluster, until it knows', async (t) => {
  const { asked, parts } = cluster([OLD], [new MembershipError('timeout', 'No leader.')]);
  await announceAddress(SELF, parts, never);
  const update = { kind: 'update', member: SELF };
  t.same(asked, [update, update]);
  const api = cluster([{ ...SELF, api: 'http://old' }]);
  await announceAddress(SELF, api.parts, never);
  t.same(api.asked, [update], 'the address of the API is one too');
});

t.test('who joins waits until the log says that it is a member', async (t) => {
  const { asked, parts } = cluster([null, null, SELF]);
  await announceAddress(SELF, parts, never);
  t.same(asked, []);
});

t.test('it ends with the node, and what is no refusal is a fault', async (t) => {
  const stop = new AbortController();
  const { parts } = cluster([null]);
  const running = announceAddress(SELF, parts, stop.signal);
  stop.abort();
  await running;
  const broken = cluster([OLD], [new Error('a fault') as MembershipError]);
  await t.rejects(announceAddress(SELF, broken.parts, never), /a fault/);
});
