import { BlobUnavailable } from '../../lms/blobs/blob-reader.ts';
import type { StagedBlob } from '../../lms/blobs/blob-store.ts';
import { appendUpload } from '../../lms/commands/append-upload.ts';
import { finishUpload } from '../../lms/commands/finish-upload.ts';
import { type UploadPart, type UploadResource, uploadParts } from '../../lms/queries/uploads.ts';
import type { Blobs } from '../blobs.ts';
import { bodyStream } from '../body-stream.ts';
import type { ApiContext } from '../env.ts';
import { newId } from '../ids.ts';
import { unattachedKeptMs, uploadPartBytes } from '../limits.ts';
import { mediaTypeOf, sniffBytes } from '../media-type.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { keepBlob, payloadTooLarge, stageBlob } from '../uploads.ts';
import { BodyParts } from './body-parts.ts';
import { type ExpectedChecksum, expectedChecksum } from './checksum.ts';
import { aboutFile, parseMetadata } from './metadata.ts';

/**
 * Takes the body of the request in as what the upload has next, and answers how far it is then. Each part is
 * on a majority before the log says so; what came of a body that breaks off is kept, unless the body
 * has a checksum to meet. The last part is never recorded alone: with it the upload becomes a file.
 */
export async function receiveParts(
  c: ApiContext,
  blobs: Blobs,
  upload: UploadResource,
): Promise<UploadResource> {
  const lacking = upload.size_bytes - upload.offset_bytes;
  if (Number(c.req.header('content-length') ?? 0) > lacking) {
    throw payloadTooLarge(`The upload lacks ${lacking} bytes; the body has more.`);
  }
  const checksum = expectedChecksum(c);
  const body = new BodyParts(bodyStream(c), lacking);
  let at = upload;
  try {
    while (!body.ended) {
      const staged = await stagePart(blobs, body, checksum, lacking);
      try {
        if (staged.size_bytes > 0) at = await take(c, blobs, at, staged);
      } finally {
        await staged.discard();
      }
    }
  } finally {
    await body.close();
  }
  if (body.failure !== null) {
    throw new Problem('invalid_request', 'The body broke off. What had come was kept: go on.');
  }
  return at;
}

/** With a checksum the body is one part, however long: it counts whole or not at all. */
async function stagePart(
  blobs: Blobs,
  body: BodyParts,
  checksum: ExpectedChecksum | null,
  lacking: number,
): Promise<StagedBlob> {
  if (checksum === null) return stageBlob(blobs, body.next(uploadPartBytes), uploadPartBytes);
  const staged = await stageBlob(blobs, checksum.watch(body.next(lacking)), lacking);
  try {
    checksum.verify();
    return staged;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function take(
  c: ApiContext,
  blobs: Blobs,
  upload: UploadResource,
  part: StagedBlob,
): Promise<UploadResource> {
  if (upload.offset_bytes + part.size_bytes === upload.size_bytes) {
    return await finish(c, blobs, upload, part);
  }
  const { sha256, size_bytes } = part;
  const { placed_at } = await keepBlob(c, blobs, part);
  return await submit(
    c,
    appendUpload,
    {
      upload_id: upload.id,
      offset_bytes: upload.offset_bytes,
      part: { sha256, size_bytes, placed_at },
    },
    { withoutKey: true },
  );
}

async function finish(
  c: ApiContext,
  blobs: Blobs,
  upload: UploadResource,
  last: StagedBlob,
): Promise<UploadResource> {
  const parts = await read(c, (reader) => uploadParts(reader, upload.id));
  const whole =
    parts.length === 0
      ? last
      : await stageBlob(blobs, joined(blobs, parts, last), upload.size_bytes);
  try {
    const about = aboutFile(parseMetadata(upload.metadata));
    requireDigest(about.sha256, whole.sha256);
    const head = await whole.head(sniffBytes);
    const media_type = await mediaTypeOf(head, upload.filename, about.declared_type);
    const { placed_at } = await keepBlob(c, blobs, whole);
    const { sha256, size_bytes } = whole;
    const { filename } = upload;
    const file = { file_id: newId('fil'), sha256, size_bytes, media_type, filename, placed_at };
    const { id: upload_id, offset_bytes } = upload;
    const payload = { upload_id, offset_bytes, file, keep_unattached_ms: unattachedKeptMs };
    return await submit(c, finishUpload, payload, { withoutKey: true });
  } finally {
    await whole.discard();
  }
}

async function* joined(
  blobs: Blobs,
  parts: readonly UploadPart[],
  last: StagedBlob,
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    const blob = await openPart(blobs, part);
    yield* blob.read(0, part.size_bytes - 1);
  }
  yield* await last.read();
}

async function openPart(blobs: Blobs, part: UploadPart) {
  try {
    return await blobs.open(part);
  } catch (error) {
    if (!(error instanceof BlobUnavailable)) throw error;
    throw new Problem(
      'file_unavailable',
      'No node that could be reached has all parts of the upload undamaged. Try again.',
    );
  }
}

function requireDigest(announced: string | null, found: string): void {
  if (announced === null || announced === found) return;
  throw new Problem(
    'digest_mismatch',
    'The whole does not have the SHA-256 that Upload-Metadata announces. Its last part was not taken: ' +
      'begin a new upload.',
    { extra: { announced_sha256: announced, received_sha256: found } },
  );
}
