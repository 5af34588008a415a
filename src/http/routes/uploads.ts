import { z } from '@hono/zod-openapi';
import { beginUpload } from '../../lms/commands/begin-upload.ts';
import { deleteUpload } from '../../lms/commands/delete-upload.ts';
import {
  asResource,
  requireAtOffset,
  requireOwnUpload,
  type UploadResource,
} from '../../lms/queries/uploads.ts';
import type { Blobs } from '../blobs.ts';
import { type ApiContext, callerOf } from '../env.ts';
import { cleanFilename } from '../filename.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxUnattachedFiles, uploadKeptMs } from '../limits.ts';
import { json, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import type { ApiSettings } from '../settings.ts';
import { submit } from '../submit.ts';
import { aboutFile, parseMetadata } from '../tus/metadata.ts';
import {
  byteCount,
  capabilities,
  requireTus,
  setUploadHeaders,
  TUS_BODY,
} from '../tus/protocol.ts';
import { receiveParts } from '../tus/receive-parts.ts';
import { ANSWERS, header, PARAMETERS, UPLOAD_EXAMPLE, uploadSchema } from '../upload-schema.ts';
import { payloadTooLarge } from '../uploads.ts';

const params = z.object({ upload_id: idOf('upl') });
const body = {
  required: false,
  content: { [TUS_BODY]: { schema: { type: 'string', format: 'binary' } as const } },
};
const TAKING = [
  'payload_too_large',
  'checksum_mismatch',
  'digest_mismatch',
  'file_unavailable',
  'placement_expired',
  'invalid_value',
  'forbidden',
  'tus_version',
] as const;

const describe = operation(
  {
    method: 'options',
    path: '/v1/uploads',
    operationId: 'describeUploads',
    summary: 'Read what of tus is understood',
    description:
      'Uploads that can be resumed follow tus 1.0: any client of that protocol can be used.',
    tags: ['files'],
    responses: {
      204: {
        description: 'The version, extensions, checksums and the largest size.',
        headers: ANSWERS.capabilities,
      },
    },
  },
  { access: 'public', isWrite: false },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/uploads',
    operationId: 'createUpload',
    summary: 'Begin an upload that can be resumed',
    description:
      'tus 1.0 (creation, creation-with-upload). `Upload-Metadata` may have `filename`, `filetype` and ' +
      '`sha256`, which the whole must have then. The upload belongs to who began it, waits 24 hours for each next ' +
      'part, and can go on through any node.',
    tags: ['files'],
    parameters: [PARAMETERS.tus, PARAMETERS.length, PARAMETERS.metadata, PARAMETERS.checksum],
    request: { body },
    responses: {
      201: {
        ...json(uploadSchema, 'It has begun; `Location` is where its parts go.', UPLOAD_EXAMPLE),
        headers: ANSWERS.progress,
      },
    },
  },
  { problems: [...TAKING, 'quota_exceeded', 'wrong_offset', 'not_found'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/uploads/{upload_id}',
    operationId: 'getUpload',
    summary: 'Read how far an upload is',
    description:
      '`HEAD` is what tus clients ask. `offset_bytes` is on a majority of nodes: the upload goes on from ' +
      'there, through any node. When it is complete, `file_id` names the file; before, there is none.',
    tags: ['files'],
    parameters: [PARAMETERS.tus],
    request: { params },
    responses: {
      200: { ...json(uploadSchema, 'The upload.', UPLOAD_EXAMPLE), headers: ANSWERS.progress },
    },
  },
  { problems: ['not_found', 'tus_version'] },
);

const append = operation(
  {
    method: 'patch',
    path: '/v1/uploads/{upload_id}',
    operationId: 'appendToUpload',
    summary: 'Send the next bytes of an upload',
    description:
      'tus 1.0. What came of a body that breaks off is kept, up to the last byte that a majority has. With ' +
      '`Upload-Checksum` (or `Content-Digest`) the body counts whole or not at all. The answer to the last ' +
      'bytes names the file in `LMS-File-Id`.',
    tags: ['files'],
    parameters: [PARAMETERS.tus, PARAMETERS.offset, PARAMETERS.checksum],
    request: { params, body: { ...body, required: true } },
    responses: { 204: { description: 'They are on a majority.', headers: ANSWERS.progress } },
  },
  { problems: [...TAKING, 'wrong_offset', 'not_found'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/uploads/{upload_id}',
    operationId: 'deleteUpload',
    summary: 'End an upload',
    description:
      'tus 1.0 (termination). Its parts are removed. The file of an upload that is complete stays as ' +
      'long as any file that is attached to nothing.',
    tags: ['files'],
    parameters: [PARAMETERS.tus],
    request: { params },
    responses: { 204: { description: 'There is no such upload any more.' } },
  },
  { problems: ['not_found', 'tus_version'] },
);

const override = operation(
  {
    method: 'post',
    path: '/v1/uploads/{upload_id}',
    operationId: 'overrideUploadMethod',
    summary: 'PATCH, DELETE or HEAD for clients that cannot send them',
    description: 'What is done is what `X-HTTP-Method-Override` says (tus 1.0).',
    tags: ['files'],
    parameters: [
      PARAMETERS.tus,
      header('X-HTTP-Method-Override', 'The method that is meant.', 'PATCH', true),
      PARAMETERS.offset,
      PARAMETERS.checksum,
    ],
    request: { params, body },
    responses: {
      200: { description: 'As of HEAD.', headers: ANSWERS.progress },
      204: { description: 'As of PATCH or DELETE.', headers: ANSWERS.progress },
    },
  },
  { problems: [...TAKING, 'wrong_offset', 'not_found', 'method_not_allowed'] },
);

type UploadSettings = Pick<ApiSettings, 'max_file_bytes' | 'max_unattached_bytes'>;

export function uploadRoutes(blobs: Blobs, settings: UploadSettings) {
  const app = router();

  app.openapi(describe, (c) => c.body(null, 204, capabilities(settings.max_file_bytes)));

  app.openapi(create, async (c) => {
    requireTus(c);
    const begun = await begin(c, settings);
    c.header('Location', `/v1/uploads/${begun.id}`);
    // A repeat with the same Idempotency-Key finds it as it is now.
    const now = await ownUpload(c, begun.id);
    const goesOn = now.offset_bytes === 0 && c.req.header('content-type') === TUS_BODY;
    const upload = goesOn ? await receiveParts(c, blobs, now) : now;
    setUploadHeaders(c, upload);
    return c.json(upload, 201);
  });

  app.openapi(get, async (c) => {
    if (c.req.method === 'HEAD') requireTus(c);
    const upload = await ownUpload(c, c.req.valid('param').upload_id);
    setLengths(c, upload);
    return c.json(upload, 200);
  });

  app.openapi(append, (c) => answerPatch(c, blobs, c.req.valid('param').upload_id));
  app.openapi(remove, (c) => answerDelete(c, c.req.valid('param').upload_id));

  app.openapi(override, async (c) => {
    const { upload_id: id } = c.req.valid('param');
    const method = c.req.header('x-http-method-override')?.toUpperCase();
    if (method === 'PATCH') return answerPatch(c, blobs, id);
    if (method === 'DELETE') return answerDelete(c, id);
    if (method !== 'HEAD') {
      throw new Problem('method_not_allowed', 'X-HTTP-Method-Override: PATCH, DELETE or HEAD.', {
        headers: { Allow: 'GET, HEAD, PATCH, DELETE' },
      });
    }
    requireTus(c);
    setLengths(c, await ownUpload(c, id));
    return c.body(null, 200);
  });

  return app;
}

async function begin(c: ApiContext, settings: UploadSettings): Promise<UploadResource> {
  const size = byteCount(c, 'Upload-Length');
  if (size > settings.max_file_bytes) {
    throw payloadTooLarge(`A file may have at most ${settings.max_file_bytes} bytes.`);
  }
  if (size === 0) {
    throw new Problem('invalid_value', 'The file is empty. Was it saved before it was sent?');
  }
  const metadata = c.req.header('upload-metadata') ?? '';
  const { name } = aboutFile(parseMetadata(metadata));
  return await submit(
    c,
    beginUpload,
    {
      upload_id: newId('upl'),
      size_bytes: size,
      filename: cleanFilename(name),
      metadata,
      keep_ms: uploadKeptMs,
      quota: {
        max_unattached_files: maxUnattachedFiles,
        max_unattached_bytes: settings.max_unattached_bytes,
      },
    },
    { digests: [String(size), metadata] },
  );
}

async function answerPatch(c: ApiContext, blobs: Blobs, id: string) {
  requireTus(c);
  if (c.req.header('content-type') !== TUS_BODY) {
    throw new Problem('unsupported_media_type', `Send Content-Type: ${TUS_BODY}.`, {
      extra: { accepted: [TUS_BODY] },
    });
  }
  const offset = byteCount(c, 'Upload-Offset');
  const upload = await read(c, (reader, actor) =>
    asResource(requireAtOffset(reader, actor, id, offset, c.get('receivedAt'))),
  );
  setUploadHeaders(c, await receiveParts(c, blobs, upload));
  return c.body(null, 204);
}

async function answerDelete(c: ApiContext, id: string) {
  requireTus(c);
  await ownUpload(c, id);
  await submit(c, deleteUpload, { upload_id: id }, { withoutKey: true });
  return c.body(null, 204);
}

function ownUpload(c: ApiContext, id: string): Promise<UploadResource> {
  return read(c, (reader) =>
    asResource(requireOwnUpload(reader, callerOf(c).actor, id, c.get('receivedAt'))),
  );
}

function setLengths(c: ApiContext, upload: UploadResource): void {
  setUploadHeaders(c, upload);
  c.header('Upload-Length', String(upload.size_bytes));
  if (upload.metadata !== '') c.header('Upload-Metadata', upload.metadata);
}
