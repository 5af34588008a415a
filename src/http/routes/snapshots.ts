import { z } from '@hono/zod-openapi';
import { requireOnSite } from '../../lms/policy.ts';
import { DiskLowError } from '../../raft/errors.ts';
import { json, operation, router } from '../operation.ts';
import type { Consensus } from '../ports.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';

const snapshotSchema = z
  .object({
    index: z.int().openapi({ description: 'The last entry of the log that it holds.' }),
    term: z.int().openapi({ description: 'The term of that entry.' }),
    size_bytes: z.int(),
  })
  .openapi('Snapshot');

const take = operation(
  {
    method: 'post',
    path: '/v1/cluster/snapshot',
    operationId: 'takeSnapshot',
    summary: 'Take a snapshot on the node that answers',
    description:
      'Copies the state of this node, without its files, and lets its log become shorter; the node goes ' +
      'on serving meanwhile. Nodes do this by themselves as their logs grow. Answers when the copy is ' +
      'durable; when nothing was written since the last one, with that one.',
    tags: ['cluster'],
    responses: {
      200: json(snapshotSchema, 'The snapshot.', { index: 1234, term: 3, size_bytes: 1_048_576 }),
    },
  },
  { isWrite: false, problems: ['forbidden', 'unavailable', 'disk_low'] },
);

export function snapshotRoutes(consensus: Pick<Consensus, 'snapshot'>) {
  const app = router();

  app.openapi(take, async (c) => {
    await read(c, (_reader, actor) => requireOnSite(actor, 'cluster.manage'));
    const { index, term, size_bytes } = await consensus.snapshot().catch(notTaken);
    return c.json({ index, term, size_bytes }, 200);
  });

  return app;
}

export function notTaken(error: Error): never {
  if (error instanceof DiskLowError) {
    throw new Problem('disk_low', `No snapshot was begun: ${error.message}.`);
  }
  throw new Problem(
    'unavailable',
    `No snapshot could be written (${error.message}). Nothing is lost: the log is as long as before.`,
  );
}
