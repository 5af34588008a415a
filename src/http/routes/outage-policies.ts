import { z } from '@hono/zod-openapi';
import { createOutagePolicy } from '../../lms/commands/create-outage-policy.ts';
import { deleteOutagePolicy } from '../../lms/commands/delete-outage-policy.ts';
import { updateOutagePolicy } from '../../lms/commands/update-outage-policy.ts';
import { getOutagePolicy, listOutagePolicies } from '../../lms/queries/outage-policies.ts';
import { ifMatchParameter } from '../components.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import {
  newOutagePolicy,
  OUTAGE_POLICY_EXAMPLE,
  outagePolicyChanges,
  outagePolicySchema,
} from '../incident-schema.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const onPolicy = z.object({ policy_id: idOf('opl') });
const { name, rules, utc_offset_minutes, holidays } = OUTAGE_POLICY_EXAMPLE;

const list = operation(
  {
    method: 'get',
    path: '/v1/outage-policies',
    operationId: 'listOutagePolicies',
    summary: 'The outage policies',
    description: 'Oldest first. Everybody may read by what rules their deadlines move.',
    tags: ['incidents'],
    request: { query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(outagePolicySchema, 'OutagePolicy'), 'A page of policies.', {
        items: [OUTAGE_POLICY_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/outage-policies',
    operationId: 'createOutagePolicy',
    summary: 'Write an outage policy',
    description: 'For administrators. It changes nothing until it is applied to an incident.',
    tags: ['incidents'],
    request: {
      body: jsonBody(newOutagePolicy, { name, rules, utc_offset_minutes, holidays }),
    },
    responses: { 201: json(outagePolicySchema, 'The new policy.', OUTAGE_POLICY_EXAMPLE) },
  },
  { problems: ['forbidden', 'invalid_value'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/outage-policies/{policy_id}',
    operationId: 'getOutagePolicy',
    summary: 'Read an outage policy',
    tags: ['incidents'],
    request: { params: onPolicy },
    responses: { 200: json(outagePolicySchema, 'The policy.', OUTAGE_POLICY_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const update = operation(
  {
    method: 'patch',
    path: '/v1/outage-policies/{policy_id}',
    operationId: 'updateOutagePolicy',
    summary: 'Change an outage policy',
    description:
      'For administrators. Where it was applied, it stays in force as it was, until it is applied again.',
    tags: ['incidents'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: onPolicy,
      body: patchBody(outagePolicyChanges, { holidays: ['2026-12-25', '2026-12-28'] }),
    },
    responses: { 200: json(outagePolicySchema, 'The policy as it is now.', OUTAGE_POLICY_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'invalid_value', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/outage-policies/{policy_id}',
    operationId: 'deleteOutagePolicy',
    summary: 'Delete an outage policy',
    description: 'For administrators. What was adjusted by it stays, until it is reverted.',
    tags: ['incidents'],
    parameters: [ifMatchParameter(false)],
    request: { params: onPolicy },
    responses: { 204: { description: 'The policy is deleted.' } },
  },
  { problems: ['forbidden', 'not_found', 'version_mismatch'] },
);

export function outagePolicyRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listOutagePolicies(reader, actor, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(create, async (c) => {
    const policy = await submit(c, createOutagePolicy, {
      policy_id: newId('opl'),
      ...c.req.valid('json'),
    });
    c.header('Location', `/v1/outage-policies/${policy.id}`);
    return c.json(policy, 201);
  });

  app.openapi(get, async (c) => {
    const { policy_id } = c.req.valid('param');
    return c.json(await read(c, (reader, actor) => getOutagePolicy(reader, actor, policy_id)), 200);
  });

  app.openapi(update, async (c) => {
    const policy = await submit(c, updateOutagePolicy, {
      ...c.req.valid('param'),
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(policy, 200);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteOutagePolicy, { ...c.req.valid('param'), ...expectedVersion(c) });
    return c.body(null, 204);
  });

  return app;
}
