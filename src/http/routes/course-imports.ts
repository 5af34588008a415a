import { buffer } from 'node:stream/consumers';
import { z } from '@hono/zod-openapi';
import type { NewFile } from '../../lms/commands/create-file.ts';
import { importCourse } from '../../lms/commands/import-course.ts';
import { stageCourse } from '../../lms/commands/stage-course.ts';
import { RosterRefused } from '../../lms/imports/file-error.ts';
import { openZip, type ZipEntries } from '../../lms/imports/zip-entries.ts';
import { requireOnSite } from '../../lms/policy.ts';
import type { Blobs } from '../blobs.ts';
import { requestDeadline } from '../consistency.ts';
import { courseParts, type PackageIds } from '../course-parts.ts';
import { COURSE_EXAMPLE, courseSchema } from '../course-schema.ts';
import type { ApiContext } from '../env.ts';
import { newId } from '../ids.ts';
import { importProblem } from '../import-problem.ts';
import { maxPackageBytes, maxPackageEntries, unattachedKeptMs } from '../limits.ts';
import { notWritten } from '../not-written.ts';
import { json, operation, router } from '../operation.ts';
import { read } from '../read.ts';
import { readCoursePackage } from '../read-course-package.ts';
import { storedAnswer } from '../stored-answer.ts';
import { submit } from '../submit.ts';
import { type UnpackedBlob, unpackBlob } from '../unpack-files.ts';
import { discardAll, keepBlob, receiveFile } from '../uploads.ts';

const importedSchema = z
  .object({
    course: courseSchema,
    ids: z
      .record(z.string(), z.string())
      .openapi({ description: 'Ids of the package, and what became of them.' }),
  })
  .openapi('ImportedCourse');

const bytes = { type: 'string', format: 'binary' } as const;

const importOperation = operation(
  {
    method: 'post',
    path: '/v1/courses/import',
    operationId: 'importCourse',
    summary: 'Make a course of an export',
    description:
      'The body is a zip of `GET /v1/courses/{course_id}/export`, of this cluster or another, of at most 64 MiB. The new course has ' +
      'the assignments, materials and files with new ids, and the caller as its instructor; people, their work and announcements ' +
      'are not taken over. It is seen by nobody until all of it is there. A package with a mistake is refused whole.',
    tags: ['courses'],
    request: {
      body: {
        required: true,
        content: {
          'application/zip': { schema: bytes },
          'application/octet-stream': { schema: bytes },
        },
      },
    },
    responses: {
      201: json(importedSchema, 'The new course.', {
        course: COURSE_EXAMPLE,
        ids: {
          asg_019a9457c1d07c1e8a5f4c2b7d3e9f10: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f11',
        },
      }),
    },
  },
  {
    problems: [
      'forbidden',
      'payload_too_large',
      'digest_mismatch',
      'invalid_value',
      'conflict',
      'not_found',
      'already_exists',
      'import_invalid',
    ],
  },
);

export function courseImportRoutes(blobs: Blobs, maxFileBytes: number) {
  const app = router();
  const most = Math.min(maxFileBytes, maxPackageBytes);

  app.openapi(importOperation, async (c) => {
    await read(c, (_reader, actor) => requireOnSite(actor, 'course.create'));
    const received = await receiveFile(c, blobs, most);
    try {
      const digests = [received.staged.sha256];
      const stored = await notWritten(() => storedAnswer(c, importCourse, digests));
      if (stored !== null) return created(c, stored);
      const zip = await opened(await buffer(await received.staged.read()));
      try {
        const course_id = newId('crs');
        const ids = await stage(c, blobs, zip, course_id);
        return created(c, await submit(c, importCourse, { course_id, ids }, { digests }));
      } finally {
        zip.close();
      }
    } finally {
      await discardAll([received]);
    }
  });

  return app;
}

function created<C extends ApiContext>(c: C, imported: z.output<typeof importedSchema>) {
  c.header('Location', `/v1/courses/${imported.course.id}`);
  return c.json(imported, 201);
}

async function opened(content: Uint8Array): Promise<ZipEntries> {
  return await refusing(() => openZip(content, maxPackageEntries));
}

/**
 * All of it into the log, part by part, seen by nobody. Resolves with the mapping of ids. Nothing is
 * written before the whole package is known to be sound.
 */
async function stage(
  c: ApiContext,
  blobs: Blobs,
  zip: ZipEntries,
  courseId: string,
): Promise<Record<string, string>> {
  const content = await refusing(() => readCoursePackage(zip));
  const ids: PackageIds = { objects: { [content.course.id]: courseId }, files: new Map() };
  const unpacked = new Map<string, UnpackedBlob>();
  try {
    for (const [sha256, files] of content.files) {
      const blob = await refusing(() => unpackBlob(blobs, zip, sha256, files, ids.files));
      unpacked.set(sha256, blob);
    }
    for (const part of courseParts(content, courseId, ids)) {
      const files = await keepBlobs(c, blobs, part.digests, unpacked);
      const payload = { ...part.content, files, keep_unattached_ms: unattachedKeptMs };
      await notWritten(() => submit(c, stageCourse, payload, { withoutKey: true }));
    }
  } finally {
    for (const { staged } of unpacked.values()) await staged.discard();
  }
  return ids.objects;
}

/** Resolves with the files of these bytes when a majority has them, and the deadline begins anew. */
async function keepBlobs(
  c: ApiContext,
  blobs: Blobs,
  digests: readonly string[],
  unpacked: ReadonlyMap<string, UnpackedBlob>,
): Promise<NewFile[]> {
  const kept: NewFile[] = [];
  for (const sha256 of digests) {
    const blob = unpacked.get(sha256);
    if (blob === undefined) throw new Error(`broken invariant: ${sha256} was not unpacked`);
    const { placed_at } = await keepBlob(c, blobs, blob.staged);
    for (const file of blob.files) kept.push({ ...file, placed_at });
  }
  c.set('deadline', requestDeadline(c));
  return kept;
}

async function refusing<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof RosterRefused ? importProblem(error) : error;
  }
}
