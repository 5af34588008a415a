import { z } from '@hono/zod-openapi';
import { requireOpenAssignment, submitAssignment } from '../../lms/commands/submit-assignment.ts';
import { maxFilesPerAttempt } from '../../lms/limits.ts';
import { resultOfKey } from '../../lms/queries/stored-results.ts';
import {
  getSubmission,
  listSubmissions,
  submissionsOfStudent,
} from '../../lms/queries/submissions.ts';
import type { Blobs } from '../blobs.ts';
import type { ApiContext } from '../env.ts';
import { idOf } from '../id-schema.ts';
import { idempotencyKey } from '../idempotency.ts';
import { newId } from '../ids.ts';
import { maxMarkdownChars } from '../limits.ts';
import { attemptText, receiveAttempt } from '../multipart-attempt.ts';
import { notWritten } from '../not-written.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { read } from '../read.ts';
import { JWS_EXAMPLE } from '../receipt-schema.ts';
import { type Receipts, signReceipt } from '../receipts.ts';
import {
  ATTEMPT_EXAMPLE,
  handedInSchema,
  SUMMARY_EXAMPLE,
  submissionSchema,
  submissionSummarySchema,
} from '../submission-schema.ts';
import { submit } from '../submit.ts';
import { fileDigests, isMultipart } from '../uploads.ts';
import { userId } from '../user-params.ts';

const onAssignment = z.object({ assignment_id: idOf('asg') });
const onSubmission = z.object({ submission_id: idOf('sub') });

const attemptSchema = z.strictObject({
  text_md: attemptText.nullable().optional(),
  file_ids: z
    .array(idOf('fil'))
    .max(maxFilesPerAttempt)
    .optional()
    .openapi({ description: 'Files that the caller has uploaded.' }),
});

const multipartSchema = {
  type: 'object',
  properties: {
    text_md: { type: 'string', maxLength: maxMarkdownChars },
    files: { type: 'array', items: { type: 'string', format: 'binary' } },
  },
} as const;

/** For the description only: no validator reads multipart bodies, so the type does not name them. */
function orMultipart<Content extends object>(content: Content): Content {
  return { ...content, 'multipart/form-data': { schema: multipartSchema } };
}

const submitOperation = operation(
  {
    method: 'post',
    path: '/v1/assignments/{assignment_id}/submissions',
    operationId: 'submitAssignment',
    summary: 'Hand in',
    description:
      'Text and files become one attempt, or nothing does. There is one submission per student and ' +
      'assignment; attempts are numbered and never change. It counts when the request arrived. Files ' +
      'are either uploaded before and named by their ids, or come along as `multipart/form-data` ' +
      '(under any name, beside `text_md`; together they have the limit of one file): then it counts ' +
      'when the last byte arrived.',
    tags: ['submissions'],
    request: {
      params: onAssignment,
      body: {
        content: orMultipart(
          jsonBody(attemptSchema, {
            text_md: 'My essay is attached.',
            file_ids: ['fil_019a9457c1d07c1e8a5f4c2b7d3e9f10'],
          }).content,
        ),
      },
    },
    responses: {
      201: json(
        handedInSchema,
        'The submission with the attempt that was made, and the receipt of it.',
        {
          ...SUMMARY_EXAMPLE,
          attempt: ATTEMPT_EXAMPLE,
          receipt: JWS_EXAMPLE,
        },
      ),
    },
  },
  {
    problems: [
      'forbidden',
      'not_found',
      'course_not_active',
      'not_open',
      'closed',
      'too_many_attempts',
      'invalid_value',
      'digest_mismatch',
    ],
  },
);

const listOperation = operation(
  {
    method: 'get',
    path: '/v1/assignments/{assignment_id}/submissions',
    operationId: 'listSubmissions',
    summary: 'What was handed in for an assignment',
    description:
      'For staff all of it, in the order of the first attempts; for a student their own. ' +
      '`ungraded` has those whose latest attempt has no grade, not even a draft. `student_id` finds the one ' +
      'of a student: `GET /v1/submissions/{submission_id}` then has all attempts.',
    tags: ['submissions'],
    request: {
      params: onAssignment,
      query: pageQuery(z.tuple([z.int()])).extend({
        status: z.enum(['ungraded', 'graded', 'all']).default('all'),
        student_id: idOf('usr')
          .optional()
          .openapi({ description: 'Of this student alone; `me` for the caller.' }),
      }),
    },
    responses: {
      200: json(pageOf(submissionSummarySchema, 'SubmissionSummary'), 'A page of submissions.', {
        items: [SUMMARY_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'invalid_cursor'] },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/submissions/{submission_id}',
    operationId: 'getSubmission',
    summary: 'A submission with all its attempts',
    description: 'For whose it is and for staff.',
    tags: ['submissions'],
    request: { params: onSubmission },
    responses: {
      200: json(submissionSchema, 'The submission.', {
        ...SUMMARY_EXAMPLE,
        attempts: [ATTEMPT_EXAMPLE],
      }),
    },
  },
  { problems: ['not_found'] },
);

/** @param maxFileBytes of each file that comes along */
export function submissionRoutes(blobs: Blobs, receipts: Receipts, maxFileBytes: number) {
  const app = router();

  app.openapi(submitOperation, async (c) => {
    const { assignment_id } = c.req.valid('param');
    const work = isMultipart(c)
      ? await receiveInTime(c, assignment_id, blobs, maxFileBytes)
      : namedFiles(c.req.valid('json'));
    const submission = await submit(
      c,
      submitAssignment,
      { submission_id: newId('sub'), assignment_id, ...work },
      { digests: [work.text_md ?? '', ...fileDigests(work.new_files)] },
    );
    c.header('Location', `/v1/submissions/${submission.id}`);
    const receipt = await signReceipt(c, receipts, submission.id, submission.attempt.number);
    return c.json({ ...submission, receipt }, 201);
  });

  app.openapi(listOperation, async (c) => {
    const { assignment_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const { status, student_id } = query;
    const page = await read(c, (reader, actor) => {
      if (student_id === undefined) {
        return listSubmissions(reader, actor, assignment_id, status, pageRequest(query));
      }
      const student = userId(c, student_id);
      const items = submissionsOfStudent(reader, actor, assignment_id, status, student);
      return { items, next: null };
    });
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(getOperation, async (c) => {
    const { submission_id } = c.req.valid('param');
    const submission = await read(c, (reader, actor) =>
      getSubmission(reader, actor, submission_id),
    );
    return c.json(submission, 200);
  });

  return app;
}

/**
 * Refuses before the bytes are taken in what would be refused after. A repeat with a key that was
 * used is not judged anew: its answer is stored.
 */
async function receiveInTime(
  c: ApiContext,
  assignmentId: string,
  blobs: Blobs,
  maxFileBytes: number,
) {
  const key = idempotencyKey(c);
  await notWritten(() =>
    read(c, (reader, actor) => {
      if (key !== null && resultOfKey(reader, actor.id, key) !== null) return;
      requireOpenAssignment(reader, actor, assignmentId, c.get('receivedAt'));
    }),
  );
  return await receiveAttempt(c, blobs, maxFileBytes);
}

function namedFiles({ text_md = null, file_ids = [] }: z.output<typeof attemptSchema>) {
  return { text_md, file_ids, new_files: [] };
}
