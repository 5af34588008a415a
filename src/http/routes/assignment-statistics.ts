import { z } from '@hono/zod-openapi';
import { getAssignmentStatistics } from '../../lms/queries/assignment-statistics.ts';
import { assignmentStatisticsSchema, STATISTICS_EXAMPLE } from '../assignment-statistics-schema.ts';
import { idOf } from '../id-schema.ts';
import { json, operation, router } from '../operation.ts';
import { read } from '../read.ts';

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/assignments/{assignment_id}/statistics',
    operationId: 'getAssignmentStatistics',
    summary: 'How an assignment went',
    description: 'For staff. Drafts do not count, nor does who is not enrolled any more.',
    tags: ['assignments'],
    request: { params: z.object({ assignment_id: idOf('asg') }) },
    responses: {
      200: json(assignmentStatisticsSchema, 'The statistics.', STATISTICS_EXAMPLE),
    },
  },
  { problems: ['forbidden', 'not_found'] },
);

export function assignmentStatisticsRoutes() {
  const app = router();
  app.openapi(getOperation, async (c) => {
    const { assignment_id } = c.req.valid('param');
    const statistics = await read(c, (reader, actor) =>
      getAssignmentStatistics(reader, actor, assignment_id),
    );
    return c.json(statistics, 200);
  });
  return app;
}
