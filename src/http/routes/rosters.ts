import { buffer } from 'node:stream/consumers';
import { planImport } from '../../lms/commands/plan-import.ts';
import { RosterRefused } from '../../lms/imports/file-error.ts';
import { maxRosterBytes } from '../../lms/imports/limits.ts';
import type { PlannedRoster, RosterRequest } from '../../lms/imports/roster-planner.ts';
import { requireOnSite } from '../../lms/policy.ts';
import { ProposalError } from '../../raft/errors.ts';
import type { Blobs } from '../blobs.ts';
import { proposalProblem, requestDeadline } from '../consistency.ts';
import type { ApiContext } from '../env.ts';
import { newId } from '../ids.ts';
import { importProblem } from '../import-problem.ts';
import { IMPORT_EXAMPLE, importQuery, importSchema } from '../import-schema.ts';
import { notWritten } from '../not-written.ts';
import { json, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { storedAnswer } from '../stored-answer.ts';
import { submit } from '../submit.ts';
import {
  discardAll,
  isMultipart,
  keepFiles,
  type ReceivedFile,
  receiveFile,
  receiveMultipart,
} from '../uploads.ts';

/** What the API needs to make plans: `RosterPlanner` provides it. */
export interface Rosters {
  /** Throws `RosterRefused`. */
  plan(request: RosterRequest): Promise<PlannedRoster>;
}

const bytes = { type: 'string', format: 'binary' } as const;

const create = operation(
  {
    method: 'post',
    path: '/v1/imports',
    operationId: 'createImport',
    summary: 'Plan the import of a roster',
    description:
      'The body is a OneRoster CSV zip (1.2 or 1.1), or one CSV: of users (`username,display_name,email,site_role,status,' +
      'external_id`) or of enrollments (`course_id,username,role,status`). It is read whole and compared with ' +
      'what is there; nothing is changed. The answer is a plan: `planned`, or `held` when it removes more than the ' +
      'thresholds allow. Apply it with `POST /v1/imports/{import_id}/apply`. A file with mistakes is refused with ' +
      'all of them (`import_invalid`), and nothing of it is kept. For administrators.',
    tags: ['imports'],
    request: {
      query: importQuery,
      body: {
        required: true,
        content: {
          'application/zip': { schema: bytes },
          'application/octet-stream': { schema: bytes },
          'text/csv': { schema: bytes },
          'multipart/form-data': {
            schema: { type: 'object', required: ['file'], properties: { file: bytes } },
          },
        },
      },
    },
    responses: { 201: json(importSchema, 'The plan.', IMPORT_EXAMPLE) },
  },
  {
    problems: [
      'forbidden',
      'payload_too_large',
      'digest_mismatch',
      'invalid_value',
      'conflict',
      'import_invalid',
    ],
  },
);

export function rosterRoutes(blobs: Blobs, rosters: Rosters, maxFileBytes: number) {
  const app = router();
  const most = Math.min(maxFileBytes, maxRosterBytes);

  app.openapi(create, async (c) => {
    // Before the body: who may not import need not send it.
    await read(c, (_reader, actor) => requireOnSite(actor, 'import.manage'));
    const received = await receiveRoster(c, blobs, most);
    try {
      const { source, mode, filename: _, ...thresholds } = c.req.valid('query');
      const asked = JSON.stringify([source, mode, thresholds]);
      const digests = [`${received.staged.sha256} ${received.filename}`, asked];
      const stored = await notWritten(() => storedAnswer(c, planImport, digests));
      if (stored !== null) return c.json(stored, 201, { Location: `/v1/imports/${stored.id}` });
      const import_id = newId('imp');
      const content = await buffer(await received.staged.read());
      const request = { import_id, bytes: content, source, mode, thresholds };
      const planned = await notWritten(() => plan(rosters, request));
      c.set('deadline', requestDeadline(c));
      const [file] = await keepFiles(c, blobs, [received]);
      if (file === undefined) throw new Error('broken invariant: a kept file is gone');
      const payload = { import_id, source, file, ...planned };
      const made = await submit(c, planImport, payload, { digests });
      return c.json(made, 201, { Location: `/v1/imports/${made.id}` });
    } finally {
      await discardAll([received]);
    }
  });

  return app;
}

async function receiveRoster(c: ApiContext, blobs: Blobs, most: number): Promise<ReceivedFile> {
  if (!isMultipart(c)) return await receiveFile(c, blobs, most);
  const rules = { maxFiles: 1, maxFileBytes: most, fields: [], maxFieldBytes: 0 };
  const [file] = (await receiveMultipart(c, blobs, rules)).files;
  if (file === undefined) throw new Problem('invalid_request', 'The body has no file.');
  return file;
}

async function plan(rosters: Rosters, request: RosterRequest): Promise<PlannedRoster> {
  try {
    return await rosters.plan(request);
  } catch (error) {
    if (error instanceof RosterRefused) throw importProblem(error);
    throw error instanceof ProposalError ? proposalProblem(error) : error;
  }
}
