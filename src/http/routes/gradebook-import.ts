import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import {
  type ImportedGrades,
  importGrades,
  showConflict,
} from '../../lms/commands/import-grades.ts';
import { maxListedImportCells } from '../../lms/limits.ts';
import { fromMilliPoints } from '../../lms/points.ts';
import { requireInCourse } from '../../lms/policy.ts';
import { bodyStream } from '../body-stream.ts';
import { requestDeadline } from '../consistency.ts';
import { courseParams } from '../course-schema.ts';
import type { ApiContext } from '../env.ts';
import { type FileError, readGradebookFile } from '../gradebook-file.ts';
import { type ImportPlan, importRows, planImport } from '../gradebook-import.ts';
import { GRADEBOOK_CSV_EXAMPLE } from '../gradebook-schema.ts';
import { maxGradebookBytes, maxGradebookErrors, maxReasonChars } from '../limits.ts';
import { json, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { readInSlices } from '../read-in-slices.ts';
import { storedAnswer } from '../stored-answer.ts';
import { submit } from '../submit.ts';
import { line, points } from '../units.ts';

const importSchema = z
  .object({
    dry_run: z.boolean(),
    change_count: z.int(),
    unchanged_count: z.int().openapi({ description: 'Cells that have these points already.' }),
    conflict_count: z.int(),
    error_count: z
      .int()
      .openapi({ description: 'With any, only a dry run gets an answer of 200.' }),
    changes: z
      .array(
        z.object({
          student_id: z.string(),
          assignment_id: z.string(),
          from: points.nullable(),
          to: points,
        }),
      )
      .openapi({ description: 'Of a dry run: the first 1000.' }),
    conflicts: z
      .array(
        z.object({
          student_id: z.string(),
          assignment_id: z.string(),
          yours: points,
          current: points,
          current_version: z.int(),
        }),
      )
      .openapi({ description: 'Changed by others since the export: left as they are.' }),
    errors: z.array(
      z.object({
        line: z.int(),
        column: z.string().nullable(),
        code: z.string(),
        detail: z.string(),
      }),
    ),
  })
  .openapi('GradebookImport');

const importOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/{course_id}/gradebook/import',
    operationId: 'importGradebook',
    summary: 'Set points from a gradebook as CSV',
    description:
      'Takes what the export gives, edited. A dry run unless `dry_run=false`: look at it first. Only cells ' +
      'that differ are changed, an empty cell changes nothing, `base_index` tells what the row was based on: ' +
      'a cell that somebody changed since is a conflict and stays. Without `base_index` only cells without ' +
      'a grade are filled. Any error (a row of nobody, a formula, too many points) refuses all of it. New ' +
      'grades get `state`, others keep theirs. At most 5,000 cells at a time.',
    tags: ['grades'],
    request: {
      params: courseParams,
      query: z.strictObject({
        dry_run: z.enum(['true', 'false']).default('true'),
        state: z
          .enum(['draft', 'posted'])
          .default('draft')
          .openapi({ description: 'Of grades that are new.' }),
        reason: line(maxReasonChars)
          .optional()
          .openapi({ description: 'Why, for the history.', example: 'Exam of 1 July' }),
      }),
      body: {
        required: true,
        content: { 'text/csv': { schema: z.string(), example: GRADEBOOK_CSV_EXAMPLE } },
      },
    },
    responses: {
      200: json(importSchema, 'What it would do, or has done.', {
        dry_run: true,
        change_count: 1,
        unchanged_count: 41,
        conflict_count: 0,
        error_count: 0,
        changes: [
          {
            student_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
            assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
            from: null,
            to: 87.5,
          },
        ],
        conflicts: [],
        errors: [],
      }),
    },
  },
  { problems: ['forbidden', 'not_found', 'course_not_active', 'invalid_value', 'conflict'] },
);

export function gradebookImportRoutes() {
  const app = router();

  app.openapi(importOperation, async (c) => {
    const { course_id } = c.req.valid('param');
    const { dry_run, state, reason } = c.req.valid('query');
    const look = await readInSlices(c);
    look((reader, actor) => requireInCourse(reader, actor, course_id, 'grade.write'));
    const digest = createHash('sha256').update(`${state}\n${reason ?? ''}\n`);
    const file = await readGradebookFile(hashed(limited(c), digest));
    c.set('deadline', requestDeadline(c));
    const plan = await planImport(look, course_id, file);
    if (dry_run === 'true') return c.json(dryRun(plan), 200);
    const digests = [digest.digest('hex')];
    const stored = await storedAnswer(c, importGrades, digests);
    if (stored !== null) return c.json(done(stored), 200);
    refuseErrors(plan.errors);
    const payload = {
      course_id,
      state,
      ...importRows(plan),
      unchanged_count: plan.unchanged_count,
      reason: reason ?? null,
    };
    return c.json(done(await submit(c, importGrades, payload, { digests })), 200);
  });

  return app;
}

async function* limited(c: ApiContext): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of bodyStream(c)) {
    bytes += piece.length;
    if (bytes > maxGradebookBytes) {
      throw new Problem('payload_too_large', `It may have ${maxGradebookBytes} bytes.`, {
        extra: { max_bytes: maxGradebookBytes },
      });
    }
    yield piece;
  }
}

async function* hashed(
  content: AsyncIterable<Uint8Array>,
  digest: { update(piece: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    digest.update(piece);
    yield piece;
  }
}

function dryRun({ changes, conflicts, errors, unchanged_count }: ImportPlan) {
  return {
    dry_run: true,
    change_count: changes.length,
    unchanged_count,
    conflict_count: conflicts.length,
    error_count: errors.length,
    changes: changes
      .slice(0, maxListedImportCells)
      .map(({ student_id, assignment_id, from, to }) => ({
        student_id,
        assignment_id,
        from: from === null ? null : fromMilliPoints(from),
        to: fromMilliPoints(to),
      })),
    conflicts: conflicts.slice(0, maxListedImportCells).map(showConflict),
    errors: errors.slice(0, maxGradebookErrors),
  };
}

function done({ conflicts, ...counts }: ImportedGrades) {
  const none = { error_count: 0, changes: [], errors: [] };
  return { dry_run: false, ...counts, ...none, conflicts: [...conflicts] };
}

/** The pointer is `/line/column`. */
function refuseErrors(errors: readonly FileError[]): void {
  if (errors.length === 0) return;
  throw new Problem(
    'invalid_value',
    `The file has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}. Nothing was changed.`,
    {
      errors: errors.slice(0, maxGradebookErrors).map(({ line, column, code, detail }) => ({
        pointer: column === null ? `/${line}` : `/${line}/${column}`,
        code,
        detail,
      })),
    },
  );
}
