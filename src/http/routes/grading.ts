import { z } from '@hono/zod-openapi';
import { claimGrading } from '../../lms/commands/claim-grading.ts';
import { postGrades } from '../../lms/commands/post-grades.ts';
import { releaseGrading } from '../../lms/commands/release-grading.ts';
import { getClaim } from '../../lms/queries/grading-claims.ts';
import { GRADING_CLAIM_EXAMPLE, gradingClaimSchema } from '../grading-schema.ts';
import { idOf } from '../id-schema.ts';
import { maxReasonChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { line } from '../units.ts';

const onSubmission = z.object({ submission_id: idOf('sub') });

const getClaimOperation = operation(
  {
    method: 'get',
    path: '/v1/submissions/{submission_id}/claim',
    operationId: 'getGradingClaim',
    summary: 'Who is grading a submission right now',
    description: 'For staff; 404 while nobody is.',
    tags: ['grades'],
    request: { params: onSubmission },
    responses: { 200: json(gradingClaimSchema, 'The claim.', GRADING_CLAIM_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found'] },
);

const claimOperation = operation(
  {
    method: 'put',
    path: '/v1/submissions/{submission_id}/claim',
    operationId: 'claimGrading',
    summary: 'Tell the other graders that you are at it',
    description:
      'Holds for 300 s; send it again to hold it longer. Advisory: a grade is taken from others too, ' +
      'and two of them are kept apart by `If-Match`. While another holds it: 423 with `current`.',
    tags: ['grades'],
    request: { params: onSubmission },
    responses: { 200: json(gradingClaimSchema, 'The claim is yours.', GRADING_CLAIM_EXAMPLE) },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'locked'] },
);

const releaseOperation = operation(
  {
    method: 'delete',
    path: '/v1/submissions/{submission_id}/claim',
    operationId: 'releaseGrading',
    summary: 'Give your claim back',
    description: 'Also when there is none. That of another cannot be ended, it runs out.',
    tags: ['grades'],
    request: { params: onSubmission },
    responses: { 204: { description: 'You hold no claim.' } },
  },
  { problems: ['forbidden', 'not_found', 'locked'] },
);

const postedSchema = z
  .object({
    assignment_id: z.string(),
    posted: z.int().openapi({ description: 'How many drafts were posted.' }),
    left_as_draft: z.int().openapi({
      description: 'How many were not: own work, and what the rubric has no points for yet.',
    }),
  })
  .openapi('PostedGrades');

const postOperation = operation(
  {
    method: 'post',
    path: '/v1/assignments/{assignment_id}/grades/post',
    operationId: 'postGrades',
    summary: 'Show all drafts of an assignment to their students',
    description:
      'All at one moment, so that nobody sees theirs before the others. Grades that are posted ' +
      'already stay as they are; a draft of the caller’s own work, and one that does not score all criteria ' +
      'of the rubric yet, stay drafts.',
    tags: ['grades'],
    request: {
      params: z.object({ assignment_id: idOf('asg') }),
      body: jsonBody(
        z.strictObject({
          reason: line(maxReasonChars)
            .nullable()
            .default(null)
            .openapi({ description: 'Why, for the history of each grade.' }),
        }),
        { reason: 'All are graded.' },
      ),
    },
    responses: {
      200: json(postedSchema, 'They are posted.', {
        assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
        posted: 42,
        left_as_draft: 0,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active'] },
);

/** What graders do beside giving a grade. */
export function gradingRoutes() {
  const app = router();

  app.openapi(getClaimOperation, async (c) => {
    const { submission_id } = c.req.valid('param');
    const claim = await read(c, (reader, actor) =>
      getClaim(reader, actor, submission_id, c.get('receivedAt')),
    );
    return c.json(claim, 200);
  });

  app.openapi(claimOperation, async (c) =>
    c.json(await submit(c, claimGrading, c.req.valid('param')), 200),
  );

  app.openapi(releaseOperation, async (c) => {
    await submit(c, releaseGrading, c.req.valid('param'));
    return c.body(null, 204);
  });

  app.openapi(postOperation, async (c) => {
    const posted = await submit(c, postGrades, {
      ...c.req.valid('param'),
      ...c.req.valid('json'),
    });
    return c.json(posted, 200);
  });

  return app;
}
