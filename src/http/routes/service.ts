import { z } from '@hono/zod-openapi';
import { whyNotFounded } from '../founding.ts';
import { json, operation, router } from '../operation.ts';
import type { ConsensusStatus } from '../ports.ts';
import { Problem } from '../problem.ts';
import type { Registry } from '../prometheus.ts';

const healthz = operation(
  {
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether this process is alive',
    tags: ['service'],
    responses: {
      200: json(z.object({ status: z.literal('ok') }).openapi('Health'), 'It is.', {
        status: 'ok',
      }),
    },
  },
  { access: 'public' },
);

const readinessSchema = z
  .object({
    status: z.literal('ready'),
    leader_id: z.string(),
    lag_entries: z.int().openapi({ description: 'Committed, but not applied here yet.' }),
  })
  .openapi('Readiness');

const readyz = operation(
  {
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether this node can serve',
    description: 'It knows a leader and has applied nearly all that it knows to be committed.',
    tags: ['service'],
    responses: {
      200: json(readinessSchema, 'It can.', { status: 'ready', leader_id: 'n1', lag_entries: 0 }),
    },
  },
  { access: 'public', problems: ['unavailable'] },
);

const metrics = operation(
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Figures of this node for Prometheus',
    tags: ['service'],
    responses: {
      200: {
        description: 'Text exposition format.',
        content: {
          'text/plain': { schema: z.string(), example: 'lms_raft_term 3\nlms_raft_is_leader 1\n' },
        },
      },
    },
  },
  { access: 'public' },
);

/** @param status of this node's Raft */
export function serviceRoutes(
  status: () => ConsensusStatus,
  maxReadyLagEntries: number,
  registry: Registry,
) {
  const app = router();
  app.openapi(healthz, (c) => c.json({ status: 'ok' as const }, 200));

  app.openapi(readyz, (c) => {
    const now = status();
    const { leader_id, commit_index, applied_index } = now;
    const lag_entries = commit_index - applied_index;
    if (leader_id === null) {
      throw new Problem('unavailable', whyNotFounded(now) ?? 'No leader is known.');
    }
    if (lag_entries > maxReadyLagEntries) {
      throw new Problem('unavailable', `${lag_entries} committed entries are not applied yet.`);
    }
    return c.json({ status: 'ready' as const, leader_id, lag_entries }, 200);
  });

  app.openapi(metrics, async (c) =>
    c.text(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  );

  return app;
}
