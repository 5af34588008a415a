import t from 'tap';
import { ClusterChanges } from './cluster-changes.ts';
import type { MemberChange } from './raft/core/member-change.ts';
import { MembershipError } from './raft/errors.ts';
import type { RaftNode } from './raft/node.ts';
import type { MemberStatus, RaftStatus } from './raft/status.ts';

const ADD = { kind: 'add', member: { id: 'n9', raft: 'n9:1', api: 'http://n9' } } as const;
const REMOVE = { kind: 'remove', id: 'n3' } as const;
const timeoutMs = 5_000;

function member(id: string, voter = true): MemberStatus {
  const address = { id, raft: `${id}:1`, api: `http://${id}` };
  return { ...address, voter, leaving: false, healthy: true, match_index: null, reachable: true };
}

/** Nodes n1, n2, n3 and the learner n4, of which one leads, in one process. */
class World {
  leader: string | null = 'n1';
  /** Whom the nodes take for the leader, when that is not the one. */
  believed: string | null | undefined;
  readonly done: string[] = [];
  /** Fails the next requests between nodes, as when a connection breaks. */
  broken = 0;
  readonly asked: string[] = [];
  /** Whom the next transfers go to in truth; `null`: to nobody. */
  takesOver: (string | null)[] = [];
  readonly #nodes = new Map<string, ClusterChanges>();

  node(id: string): ClusterChanges {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    const raft = this.#raft(id);
    const made = new ClusterChanges(raft, {
      request: async (peer, { path, body }) => {
        this.asked.push(peer);
        if (this.broken > 0) {
          this.broken -= 1;
          throw new Error('the stream was closed');
        }
        const chunks = (async function* () {
          yield body ?? new Uint8Array(0);
        })();
        const answer = await this.node(peer).serve({ path, body: chunks });
        const text = answer.body as Uint8Array;
        return {
          status: answer.status,
          body: (async function* () {
            yield text;
          })(),
        };
      },
    });
    this.#nodes.set(id, made);
    return made;
  }

  #raft(id: string): Pick<RaftNode, 'status' | 'changeMembers' | 'transferLeadership'> {
    const leads = () => this.leader === id;
    return {
      status: () => {
        const leader_id = leads() || this.believed === undefined ? this.leader : this.believed;
        const members = [member('n1'), member('n2'), member('n3'), member('n4', false)];
        const role = leads() ? 'leader' : 'follower';
        return { node_id: id, role, leader_id, members } as unknown as RaftStatus;
      },
      changeMembers: async (change: MemberChange, { until }) => {
        if (!leads()) throw new MembershipError('not_leader', 'no');
        if (change.kind === 'remove') throw new MembershipError('unsafe', 'Too few.');
        this.done.push(`${change.kind} by ${id} until ${until}`);
        const configuration = { voters: [], voters_outgoing: [], learners: [ADD.member] };
        return { index: 8, configuration };
      },
      transferLeadership: async (to) => {
        const next = this.takesOver.shift();
        if (next === null) return false;
        this.leader = next ?? to ?? 'n2';
        return true;
      },
    };
  }
}

t.test('a change is done by the leader, whoever is asked', async (t) => {
  const world = new World();
  for (const id of ['n1', 'n2', 'n4']) {
    const changed = await world.node(id).changeMembers(ADD, { timeoutMs, until: 'begun' });
    t.match(changed, { index: 8, configuration: { learners: [ADD.member] } });
  }
  await world.node('n3').changeMembers(ADD, { timeoutMs });
  t.same(world.done, [
    'add by n1 until begun',
    'add by n1 until begun',
    'add by n1 until begun',
    'add by n1 until done',
  ]);
});

t.test('what the leader refuses is refused, with its reason', async (t) => {
  const world = new World();
  for (const id of ['n1', 'n2']) {
    await t.rejects(world.node(id).changeMembers(REMOVE, { timeoutMs }), {
      name: 'MembershipError',
      code: 'unsafe',
      message: 'Too few.',
    });
  }
});

t.test('a leader that goes, or a connection that breaks, means another try', async (t) => {
  const world = new World();
  world.broken = 2;
  await world.node('n2').changeMembers(ADD, { timeoutMs });
  t.equal(world.asked.length, 3);
  world.believed = 'n3';
  setTimeout(() => {
    world.believed = undefined;
  }, 120);
  await world.node('n2').changeMembers(ADD, { timeoutMs });
  t.equal(world.done.length, 2);
});

t.test('who hears of no leader asks one after the other, then says so', async (t) => {
  const world = new World();
  world.believed = null;
  await world.node('n3').changeMembers(ADD, { timeoutMs });
  t.same(world.asked, ['n1']);
  world.leader = 'n4';
  await world.node('n3').changeMembers(ADD, { timeoutMs });
  t.same([...new Set(world.asked)], ['n1', 'n2', 'n4']);
  world.leader = null;
  await t.rejects(world.node('n3').changeMembers(ADD, { timeoutMs: 200 }), {
    code: 'timeout',
    message: /No leader was found/,
  });
});

t.test('the leadership moves to a voter, or stays', async (t) => {
  const world = new World();
  t.equal(await world.node('n3').moveLeadership('n2', timeoutMs), 'n2');
  t.equal(await world.node('n1').moveLeadership('n2', timeoutMs), 'n2', 'it leads already');
  world.takesOver = [null, 'n3'];
  t.equal(await world.node('n1').moveLeadership(null, timeoutMs), 'n3', 'not at the first try');
  for (const to of ['n4', 'n9']) {
    const moving = world.node('n1').moveLeadership(to, timeoutMs);
    await t.rejects(moving, { code: 'unknown_member' }, 'a learner is no successor');
  }
  world.takesOver = [null, null, null];
  await t.rejects(world.node('n1').moveLeadership('n1', timeoutMs), { code: 'in_progress' });
  t.equal(world.leader, 'n3');
});

t.test('what is no change is not done', async (t) => {
  const world = new World();
  const body = (text: string) =>
    (async function* () {
      yield Buffer.from(text);
    })();
  for (const text of ['', '{}', '{"change":{"kind":"add"},"until":"done","timeout_ms":1}']) {
    const asked = world.node('n1').serve({ path: '/members/v1/change', body: body(text) });
    await t.rejects(asked, text);
  }
  const large = body(' '.repeat(20_000));
  await t.rejects(world.node('n1').serve({ path: '/members/v1/change', body: large }), /too large/);
  t.same(world.done, []);
});
