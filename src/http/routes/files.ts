import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import { create as contentDisposition } from 'content-disposition';
import { BlobUnavailable } from '../../lms/blobs/blob-reader.ts';
import type { OpenBlob } from '../../lms/blobs/blob-store.ts';
import { createFile } from '../../lms/commands/create-file.ts';
import { type FileResource, requireReadableFile } from '../../lms/queries/files.ts';
import type { Blobs } from '../blobs.ts';
import { digestHeader } from '../content-digest.ts';
import type { ApiContext } from '../env.ts';
import { FILE_EXAMPLE, fileSchema } from '../file-schema.ts';
import { idOf } from '../id-schema.ts';
import { maxUnattachedFiles, unattachedKeptMs } from '../limits.ts';
import { json, operation, router } from '../operation.ts';
import { Problem } from '../problem.ts';
import { byteRange, matchesTag } from '../range.ts';
import { read } from '../read.ts';
import type { ApiSettings } from '../settings.ts';
import { submit } from '../submit.ts';
import { text } from '../units.ts';
import { fileDigests, isMultipart, keepFiles, receiveFile, receiveMultipart } from '../uploads.ts';

const fileParams = z.object({ file_id: idOf('fil') });
const bytes = { type: 'string', format: 'binary' } as const;

const upload = operation(
  {
    method: 'post',
    path: '/v1/files',
    operationId: 'uploadFile',
    summary: 'Upload a file',
    description:
      'The body is the file itself, of any type, with its name in `?filename=` or ' +
      '`Content-Disposition`; or `multipart/form-data` with one file. It is on the disks of a majority ' +
      'of nodes before the answer. The name is cleaned (the part after the last slash, no control ' +
      'characters, at most 255 bytes), the media type told by the content. Attach the file to a ' +
      'material, an assignment or a submission; until then only you can read it, and after 14 days ' +
      'it is gone.',
    tags: ['files'],
    parameters: [
      {
        name: 'Content-Digest',
        in: 'header',
        description: 'SHA-256 of the body (RFC 9530): what arrives is compared with it.',
        schema: { type: 'string' },
        example: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
      },
      {
        name: 'Content-Disposition',
        in: 'header',
        description: 'The name of a file that is the body itself (RFC 6266).',
        schema: { type: 'string' },
        example: 'attachment; filename="essay.pdf"',
      },
    ],
    request: {
      query: z.strictObject({
        filename: text(0, 4096).optional().openapi({ example: 'essay.pdf' }),
      }),
      body: {
        required: true,
        content: {
          '*/*': { schema: bytes },
          'multipart/form-data': {
            schema: { type: 'object', required: ['file'], properties: { file: bytes } },
          },
        },
      },
    },
    responses: { 201: json(fileSchema, 'The file is kept.', FILE_EXAMPLE) },
  },
  {
    problems: [
      'payload_too_large',
      'digest_mismatch',
      'invalid_value',
      'forbidden',
      'quota_exceeded',
      'placement_expired',
    ],
  },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/files/{file_id}',
    operationId: 'getFile',
    summary: 'Read about a file',
    description: 'For its uploader and for who may read what it is attached to.',
    tags: ['files'],
    request: { params: fileParams },
    responses: { 200: json(fileSchema, 'The file.', FILE_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const content = operation(
  {
    method: 'get',
    path: '/v1/files/{file_id}/content',
    operationId: 'getFileContent',
    summary: 'Download a file',
    description:
      'All bytes are compared with the SHA-256 before the first one is sent; a damaged copy is replaced ' +
      'from another node. `ETag` is the SHA-256. One `Range` of bytes is understood.',
    tags: ['files'],
    parameters: [
      {
        name: 'Range',
        in: 'header',
        description: 'One range of bytes (RFC 9110); several are answered with the whole file.',
        schema: { type: 'string' },
        example: 'bytes=0-1023',
      },
      {
        name: 'If-None-Match',
        in: 'header',
        description: 'The `ETag` of a copy that you have.',
        schema: { type: 'string' },
        example: `"${FILE_EXAMPLE.sha256}"`,
      },
    ],
    request: { params: fileParams },
    responses: {
      200: { description: 'The whole file.', content: { '*/*': { schema: bytes } } },
      206: { description: 'The range.', content: { '*/*': { schema: bytes } } },
      304: { description: 'Your copy is the file.' },
    },
  },
  { problems: ['not_found', 'range_not_satisfiable', 'file_unavailable'] },
);

export function fileRoutes(
  blobs: Blobs,
  settings: Pick<ApiSettings, 'max_file_bytes' | 'max_unattached_bytes'>,
) {
  const app = router();
  const { max_file_bytes: maxFileBytes } = settings;
  const unattached = {
    keep_ms: unattachedKeptMs,
    max_unattached_files: maxUnattachedFiles,
    max_unattached_bytes: settings.max_unattached_bytes,
  };

  app.openapi(upload, async (c) => {
    const received = isMultipart(c)
      ? await receiveOne(c, blobs, maxFileBytes)
      : await receiveFile(c, blobs, maxFileBytes);
    const files = await keepFiles(c, blobs, [received]);
    const [newFile] = files;
    if (newFile === undefined) throw new Error('broken invariant: a kept file is gone');
    const payload = { ...newFile, unattached };
    const file = await submit(c, createFile, payload, { digests: fileDigests(files) });
    c.header('Location', `/v1/files/${file.id}`);
    return c.json(file, 201);
  });

  app.openapi(get, async (c) => c.json(await readableFile(c, c.req.valid('param').file_id), 200));

  app.openapi(content, async (c) => {
    const file = await readableFile(c, c.req.valid('param').file_id);
    const tag = `"${file.sha256}"`;
    if (matchesTag(c.req.header('if-none-match'), tag)) return c.body(null, 304, { ETag: tag });
    return serve(c, file, await open(blobs, file));
  });

  return app;
}

async function receiveOne(c: ApiContext, blobs: Blobs, maxFileBytes: number) {
  const rules = { maxFiles: 1, maxFileBytes, fields: [], maxFieldBytes: 0 };
  const [file] = (await receiveMultipart(c, blobs, rules)).files;
  if (file === undefined) throw new Problem('invalid_request', 'The body has no file.');
  return file;
}

function readableFile(c: ApiContext, fileId: string): Promise<FileResource> {
  return read(c, (reader, actor) =>
    requireReadableFile(reader, actor, fileId, c.get('receivedAt')),
  );
}

async function open(blobs: Blobs, file: FileResource): Promise<OpenBlob> {
  try {
    return await blobs.open(file);
  } catch (error) {
    if (!(error instanceof BlobUnavailable)) throw error;
    throw new Problem(
      'file_unavailable',
      'No node that could be reached has the file undamaged. Wrong bytes are never sent; try again.',
    );
  }
}

async function serve(c: ApiContext, file: FileResource, blob: OpenBlob): Promise<Response> {
  const { size_bytes: size } = blob;
  const wanted = c.req.header('if-range') ?? `"${file.sha256}"`;
  const isSame = wanted === `"${file.sha256}"`;
  const range = isSame && c.req.method === 'GET' ? byteRange(c.req.header('range'), size) : null;
  if (range === 'unsatisfiable') {
    await blob.close();
    throw new Problem('range_not_satisfiable', `The file has ${size} bytes.`, {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  }
  const { from, to } = range ?? { from: 0, to: size - 1 };
  c.header('ETag', `"${file.sha256}"`);
  c.header('Cache-Control', 'private, no-cache');
  c.header('Content-Type', file.media_type);
  c.header('Content-Length', String(to - from + 1));
  c.header('Content-Disposition', contentDisposition(file.filename));
  c.header('Accept-Ranges', 'bytes');
  c.header('Repr-Digest', digestHeader(file.sha256));
  if (range !== null) c.header('Content-Range', `bytes ${from}-${to}/${size}`);
  if (c.req.method === 'HEAD') {
    await blob.close();
    return c.body(null, 200);
  }
  const body = Readable.toWeb(blob.read(from, to)) as ReadableStream;
  return c.body(body, range === null ? 200 : 206);
}
