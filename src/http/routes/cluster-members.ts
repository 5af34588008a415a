import { z } from '@hono/zod-openapi';
import { TooFewCopies } from '../../lms/blobs/too-few-copies.ts';
import {
  type RequestMemberChange,
  requestMemberChange,
} from '../../lms/commands/request-member-change.ts';
import { requireOnSite } from '../../lms/policy.ts';
import { MembershipError } from '../../raft/errors.ts';
import { type ApiContext, timeLeft } from '../env.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import type { MembershipControl } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { ProblemCode } from '../problem-kind.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const NODE_ID = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const maxAddressChars = 255;
const ADDRESS = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}$/;
const BASE_URL = /^http:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[1-9]\d{0,4}$/;

const nodeId = z.string().regex(NODE_ID, 'must be a node id: lower-case letters, digits and "-"');

const newNodeSchema = z.strictObject({
  id: nodeId.openapi({ example: 'n4', description: 'Never used before in this cluster.' }),
  raft: z
    .string()
    .max(maxAddressChars)
    .regex(ADDRESS, 'must be "host:port"')
    .openapi({ example: '10.0.0.4:9001', description: 'Where it listens for the other nodes.' }),
  api: z
    .string()
    .max(maxAddressChars)
    .regex(BASE_URL, 'must be "http://host:port"')
    .openapi({ example: 'http://10.0.0.4:8001', description: 'Base URL of its API.' }),
  replaces: nodeId
    .optional()
    .openapi({ example: 'n3', description: 'The voter that leaves when this one comes in.' }),
  accept_missing_files: z.boolean().optional().openapi({
    example: false,
    description: 'With `replaces`: let it leave although files may be lost with it.',
  }),
});

const joiningSchema = z
  .object({
    id: z.string(),
    join_index: z.int().openapi({
      description: 'The log index by which it is a member; the node wants it to start.',
    }),
    members: z.array(z.object({ id: z.string(), raft: z.string(), api: z.string() })).openapi({
      description: 'Whom it can be led by; the log tells it who comes later.',
    }),
  })
  .openapi('JoiningNode');

const REFUSED = [
  'forbidden',
  'members_changing',
  'members_unsafe',
  'files_unsafe',
  'already_exists',
] as const;

const addNode = operation(
  {
    method: 'post',
    path: '/v1/cluster/nodes',
    operationId: 'addNode',
    summary: 'Add a node, or replace one',
    description:
      'It becomes a learner now, and a voter by itself once it is started and has caught up. It needs ' +
      'keys to start: `lms-admin add-node` calls this and makes them. Sending the same again changes ' +
      'nothing.',
    tags: ['cluster'],
    request: {
      body: jsonBody(newNodeSchema, {
        id: 'n4',
        raft: '10.0.0.4:9001',
        api: 'http://10.0.0.4:8001',
      }),
    },
    responses: {
      202: json(joiningSchema, 'It is a member and may be started.', {
        id: 'n4',
        join_index: 1234,
        members: [{ id: 'n1', raft: '10.0.0.1:9001', api: 'http://10.0.0.1:8001' }],
      }),
    },
  },
  {
    problems: [...REFUSED, 'not_found', 'conflict', 'idempotency_key_reused', 'overloaded'],
    isWrite: false,
  },
);

const removeNode = operation(
  {
    method: 'delete',
    path: '/v1/cluster/nodes/{node_id}',
    operationId: 'removeNode',
    summary: 'Remove a node for ever',
    description:
      'Its id is never taken again, and its process ends by itself. Refused when too few of the ' +
      'others answer, or while too few of them have all files. A node that never came is taken back in ' +
      'the same way.',
    tags: ['cluster'],
    request: {
      params: z.object({ node_id: nodeId.openapi({ example: 'n3' }) }),
      query: z.strictObject({
        accept_missing_files: z.enum(['true']).optional().openapi({
          example: 'true',
          description: 'Let it leave although files may be lost with it.',
        }),
      }),
    },
    responses: { 204: { description: 'It is a member no more.' } },
  },
  { problems: [...REFUSED, 'not_found', 'conflict', 'overloaded'], isWrite: false },
);

const moveLeadership = operation(
  {
    method: 'post',
    path: '/v1/cluster/leadership',
    operationId: 'moveLeadership',
    summary: 'Hand the leadership over',
    description: 'Before maintenance of a machine. Writes wait for some milliseconds.',
    tags: ['cluster'],
    request: {
      body: jsonBody(
        z.strictObject({
          to: nodeId.nullable().openapi({
            description: 'A voter; `null`: the one that has most of the log, but not the leader.',
          }),
        }),
        { to: 'n2' },
      ),
    },
    responses: {
      200: json(
        z.object({ leader_id: z.string().nullable() }).openapi('Leadership'),
        'Who leads now.',
        {
          leader_id: 'n2',
        },
      ),
    },
  },
  {
    problems: [
      'forbidden',
      'not_found',
      'members_changing',
      'idempotency_key_reused',
      'overloaded',
    ],
    isWrite: false,
  },
);

export function clusterMemberRoutes(control: MembershipControl) {
  const app = router();

  app.openapi(addNode, async (c) => {
    await requireManager(c);
    const { replaces, accept_missing_files, ...member } = c.req.valid('json');
    await recordRequest(c, replaces === undefined ? 'add' : 'replace', member.id);
    const change =
      replaces === undefined
        ? ({ kind: 'add', member } as const)
        : ({ kind: 'replace', id: replaces, member } as const);
    const { index, configuration } = await asProblems(
      control.changeMembers(change, {
        timeoutMs: timeLeft(c),
        until: 'begun',
        acceptMissingFiles: accept_missing_files === true,
      }),
    );
    const { voters, learners } = configuration;
    const members = [...voters, ...learners]
      .filter(({ id }) => id !== member.id)
      .map(({ id, raft, api }) => ({ id, raft, api }));
    return c.json({ id: member.id, join_index: index, members }, 202);
  });

  app.openapi(removeNode, async (c) => {
    await requireManager(c);
    const { node_id: id } = c.req.valid('param');
    await recordRequest(c, 'remove', id);
    const acceptMissingFiles = c.req.valid('query').accept_missing_files === 'true';
    const options = { timeoutMs: timeLeft(c), acceptMissingFiles };
    await asProblems(control.changeMembers({ kind: 'remove', id }, options));
    return c.body(null, 204);
  });

  app.openapi(moveLeadership, async (c) => {
    await requireManager(c);
    const { to } = c.req.valid('json');
    await recordRequest(c, 'lead', to ?? 'any');
    const leader_id = await asProblems(control.moveLeadership(to, timeLeft(c)));
    return c.json({ leader_id }, 200);
  });

  return app;
}

async function requireManager(c: ApiContext): Promise<void> {
  await read(c, (_reader, actor) => requireOnSite(actor, 'cluster.manage'));
}

/** For the audit trail. A full disk must keep nobody from replacing the node that has it. */
async function recordRequest(
  c: ApiContext,
  change: RequestMemberChange['change'],
  node_id: string,
): Promise<void> {
  try {
    await submit(c, requestMemberChange, { change, node_id });
  } catch (error) {
    if (!(error instanceof Problem && error.code === 'disk_low')) throw error;
  }
}

const CODES: Readonly<Record<MembershipError['code'], ProblemCode>> = {
  not_leader: 'no_quorum',
  timeout: 'no_quorum',
  closed: 'unavailable',
  in_progress: 'members_changing',
  unsafe: 'members_unsafe',
  unknown_member: 'not_found',
  already_member: 'already_exists',
  removed_id: 'already_exists',
  address_taken: 'already_exists',
  too_many: 'conflict',
  last_voter: 'conflict',
  taken_back: 'conflict',
};

async function asProblems<Value>(result: Promise<Value>): Promise<Value> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof TooFewCopies) {
      throw new Problem('files_unsafe', `${error.message}. Nothing was changed.`);
    }
    if (!(error instanceof MembershipError)) throw error;
    throw new Problem(CODES[error.code], error.message);
  }
}
