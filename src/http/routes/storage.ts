import { z } from '@hono/zod-openapi';
import { requireOnSite } from '../../lms/policy.ts';
import { toRfc3339OrNull } from '../../lms/time.ts';
import type { Blobs } from '../blobs.ts';
import { json, operation, router } from '../operation.ts';
import { read } from '../read.ts';
import { timestamp } from '../units.ts';

const storageSchema = z
  .object({
    missing_files: z.int().openapi({
      description: 'Contents that this node lacks and no other could give so far; at most 1,000.',
    }),
    damaged_files: z
      .int()
      .openapi({ description: 'Set aside as damaged, and not replaced so far.' }),
    damaged_total: z
      .int()
      .openapi({ description: 'Found damaged, like all below since it started.' }),
    repaired_total: z.int(),
    collected_total: z
      .int()
      .openapi({ description: 'Removed because nothing named them any more.' }),
    scrubbed_bytes_total: z.int().openapi({ description: 'Read to find damage.' }),
    scrub_passes_total: z.int().openapi({ description: 'How often all files were read.' }),
    scrub_ended_at: timestamp.nullable().openapi({ description: 'When that was last so.' }),
  })
  .openapi('Storage');

const getStorage = operation(
  {
    method: 'get',
    path: '/v1/cluster/storage',
    operationId: 'getStorage',
    summary: 'How the contents of files do on this node',
    description:
      'Every node reads its files in the background, sets aside what is damaged, and replaces it from ' +
      'another node. Without a majority, ask with `LMS-Consistency: local`.',
    tags: ['cluster'],
    responses: {
      200: json(storageSchema, 'The files of the node that answers.', {
        missing_files: 0,
        damaged_files: 0,
        damaged_total: 1,
        repaired_total: 1,
        collected_total: 12,
        scrubbed_bytes_total: 73_400_320,
        scrub_passes_total: 1,
        scrub_ended_at: '2026-11-20T17:00:00.000Z',
      }),
    },
  },
  { problems: ['forbidden'] },
);

export function storageRoutes(blobs: Pick<Blobs, 'status'>) {
  const app = router();

  app.openapi(getStorage, async (c) => {
    await read(c, (_reader, actor) => requireOnSite(actor, 'cluster.manage'));
    const { scrub_ended_at, ...status } = blobs.status();
    return c.json({ ...status, scrub_ended_at: toRfc3339OrNull(scrub_ended_at) }, 200);
  });

  return app;
}
