import { z } from '@hono/zod-openapi';
import { adjustDeadlines } from '../../lms/commands/adjust-deadlines.ts';
import { previewAdjustments } from '../../lms/queries/adjustment-plan.ts';
import { listAdjustments } from '../../lms/queries/deadline-adjustments.ts';
import type { ApiContext } from '../env.ts';
import { idOf } from '../id-schema.ts';
import {
  ADJUSTMENT_EXAMPLE,
  adjustmentBody,
  adjustmentResultSchema,
  adjustmentSchema,
  INCIDENT_EXAMPLE,
} from '../incident-schema.ts';
import { maxPageItems } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';

const onIncident = z.object({ incident_id: idOf('inc') });

const list = operation(
  {
    method: 'get',
    path: '/v1/incidents/{incident_id}/adjustments',
    operationId: 'listDeadlineAdjustments',
    summary: 'The deadlines that an incident moved',
    description: 'For administrators.',
    tags: ['incidents'],
    request: { params: onIncident, query: pageQuery(z.tuple([z.int()])) },
    responses: {
      200: json(pageOf(adjustmentSchema, 'DeadlineAdjustment'), 'A page of adjustments.', {
        items: [ADJUSTMENT_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const adjust = operation(
  {
    method: 'post',
    path: '/v1/incidents/{incident_id}/adjustments',
    operationId: 'adjustDeadlines',
    summary: 'Preview, apply or revert what a policy makes of deadlines',
    description:
      'For administrators. No deadline becomes earlier; to apply twice is to apply once; the order in ' +
      'which incidents and policies are applied does not matter; `revert` restores. What counts are the ' +
      'dates at the time of `apply`: apply again to take in dates that were set since.',
    tags: ['incidents'],
    request: {
      params: onIncident,
      body: jsonBody(adjustmentBody, {
        action: 'preview',
        policy_id: 'opl_019a9457c1d07c1e8a5f4c2b7d3e9f10',
      }),
    },
    responses: {
      200: json(adjustmentResultSchema, 'What is, or would be.', {
        incident: INCIDENT_EXAMPLE,
        adjustment_count: 1,
        items: [ADJUSTMENT_EXAMPLE],
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'conflict', 'invalid_value'] },
);

export function incidentAdjustmentRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const { incident_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) =>
      listAdjustments(reader, actor, incident_id, pageRequest(query)),
    );
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(adjust, async (c) => {
    const { incident_id } = c.req.valid('param');
    return c.json(await adjustmentsOf(c, incident_id, c.req.valid('json')), 200);
  });

  return app;
}

async function adjustmentsOf(
  c: ApiContext,
  incident_id: string,
  body: z.output<typeof adjustmentBody>,
) {
  if (body.action === 'preview') {
    return await read(c, (reader, actor) =>
      previewAdjustments(reader, actor, incident_id, body.policy_id, maxPageItems),
    );
  }
  const done = await submit(
    c,
    adjustDeadlines,
    body.action === 'apply'
      ? { incident_id, ...body }
      : { incident_id, action: 'revert', policy_id: body.policy_id ?? null },
  );
  return { ...done, items: [] };
}
