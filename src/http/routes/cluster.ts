import { z } from '@hono/zod-openapi';
import { requireOnSite } from '../../lms/policy.ts';
import { toRfc3339 } from '../../lms/time.ts';
import { json, operation, router } from '../operation.ts';
import type { ConsensusStatus } from '../ports.ts';
import { read } from '../read.ts';
import { timestamp } from '../units.ts';

const nodeId = z.string().openapi({ example: 'n1' });

const role = z.enum(['follower', 'pre_candidate', 'candidate', 'leader']);

const diskLow = z.boolean().openapi({
  description: 'The reserve of its disk is touched: while this node leads, writes are refused.',
});

const clusterSchema = z
  .object({
    node_id: nodeId.openapi({ description: 'The node that answers.' }),
    role: role.openapi({ description: 'Of the node that answers, like all up to `started_at`.' }),
    leader_id: nodeId.nullable().openapi({ description: '`null` while none is known.' }),
    term: z.int(),
    commit_index: z.int(),
    applied_index: z.int(),
    disk_low: diskLow,
    founding: z.boolean().openapi({
      description:
        'The nodes do not know yet which data folder each of them has: there is no leader before all were ' +
        'up together once.',
    }),
    version: z.string(),
    started_at: timestamp,
    nodes: z.array(
      z.object({
        id: nodeId,
        api: z.string().openapi({ description: 'Base URL of its API.' }),
        voter: z.boolean(),
      }),
    ),
  })
  .openapi('Cluster');

const getCluster = operation(
  {
    method: 'get',
    path: '/v1/cluster',
    operationId: 'getCluster',
    summary: 'The nodes, and which of them leads',
    description:
      'For clients that look for another node, and for `lms-admin status`. Answered from what this ' +
      'node knows, without a majority too.',
    tags: ['cluster'],
    responses: {
      200: json(clusterSchema, 'The cluster as this node knows it.', {
        node_id: 'n1',
        role: 'follower',
        leader_id: 'n2',
        term: 3,
        commit_index: 1234,
        applied_index: 1234,
        disk_low: false,
        founding: false,
        version: '0.1.0',
        started_at: '2026-11-20T17:00:00.000Z',
        nodes: [
          { id: 'n1', api: 'http://127.0.0.1:8001', voter: true },
          { id: 'n2', api: 'http://127.0.0.1:8002', voter: true },
          { id: 'n3', api: 'http://127.0.0.1:8003', voter: true },
        ],
      }),
    },
  },
  { access: 'public' },
);

const statusSchema = z
  .object({
    node_id: nodeId,
    role,
    term: z.int(),
    leader_id: nodeId.nullable(),
    commit_index: z.int(),
    applied_index: z.int(),
    last_log_index: z.int(),
    joint: z.boolean().openapi({ description: 'The voters are being changed.' }),
    first_log_index: z.int().openapi({ description: 'The log of this node begins here.' }),
    snapshot_index: z.int().openapi({
      description: "The last entry in this node's newest snapshot; 0: it has none.",
    }),
    lag_entries: z.int().openapi({ description: 'Committed, but not applied here yet.' }),
    disk_low: diskLow,
    chain_hash: z.string().openapi({
      description: 'SHA-256 over all entries up to `applied_index` and their results; hex.',
    }),
    version: z.string(),
    started_at: timestamp,
    members: z.array(
      z.object({
        id: nodeId,
        raft: z.string(),
        api: z.string(),
        voter: z.boolean().openapi({ description: 'A learner is none yet.' }),
        leaving: z.boolean().openapi({ description: 'A voter until the change is committed.' }),
        healthy: z.boolean().openapi({
          description: 'On the leader: it answered within an election timeout.',
        }),
        match_index: z
          .int()
          .nullable()
          .openapi({ description: 'On the leader: the entries that the member holds.' }),
        reachable: z.boolean(),
      }),
    ),
  })
  .openapi('ClusterStatus');

const getClusterStatus = operation(
  {
    method: 'get',
    path: '/v1/cluster/status',
    operationId: 'getClusterStatus',
    summary: 'How this node does, and the others as far as it knows',
    description: 'Without a majority, ask with `LMS-Consistency: local`.',
    tags: ['cluster'],
    responses: {
      200: json(statusSchema, 'The status of the node that answers.', {
        node_id: 'n1',
        role: 'leader',
        term: 3,
        leader_id: 'n1',
        commit_index: 1234,
        applied_index: 1234,
        last_log_index: 1234,
        joint: false,
        first_log_index: 1001,
        snapshot_index: 1100,
        lag_entries: 0,
        disk_low: false,
        chain_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        version: '0.1.0',
        started_at: '2026-11-20T17:00:00.000Z',
        members: [
          {
            id: 'n1',
            raft: '127.0.0.1:9001',
            api: 'http://127.0.0.1:8001',
            voter: true,
            leaving: false,
            healthy: true,
            match_index: 1234,
            reachable: true,
          },
        ],
      }),
    },
  },
  { problems: ['forbidden'] },
);

export interface ClusterView {
  readonly status: () => ConsensusStatus;
  /** Hex, of the last applied entry. */
  readonly chainHash: () => string;
  readonly version: string;
  readonly startedAt: number;
}

export function clusterRoutes({ status, chainHash, version, startedAt }: ClusterView) {
  const app = router();

  app.openapi(getCluster, (c) => {
    const { node_id, role, leader_id, term, commit_index, members, ...more } = status();
    const { applied_index, disk_low, founding } = more;
    const node = {
      node_id,
      role,
      leader_id,
      term,
      commit_index,
      applied_index,
      disk_low,
      founding,
    };
    const nodes = members.map(({ id, api, voter }) => ({ id, api, voter }));
    return c.json({ ...node, version, started_at: toRfc3339(startedAt), nodes }, 200);
  });

  app.openapi(getClusterStatus, async (c) => {
    const answer = await read(c, (_reader, actor) => {
      requireOnSite(actor, 'cluster.manage');
      const node = status();
      return {
        node_id: node.node_id,
        role: node.role,
        term: node.term,
        leader_id: node.leader_id,
        commit_index: node.commit_index,
        applied_index: node.applied_index,
        last_log_index: node.last_log_index,
        joint: node.joint,
        first_log_index: node.first_log_index,
        snapshot_index: node.snapshot_index,
        lag_entries: node.commit_index - node.applied_index,
        disk_low: node.disk_low,
        chain_hash: chainHash(),
        version: version,
        started_at: toRfc3339(startedAt),
        members: node.members.map(memberAnswer),
      };
    });
    return c.json(answer, 200);
  });

  return app;
}

function memberAnswer(member: ConsensusStatus['members'][number]) {
  const { id, raft, api, voter, leaving, healthy, match_index, reachable } = member;
  return { id, raft, api, voter, leaving, healthy, match_index, reachable };
}
