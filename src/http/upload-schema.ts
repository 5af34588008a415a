import { z } from '@hono/zod-openapi';
import { CHECKSUM_ALGORITHMS } from './tus/checksum.ts';
import { FILE_HEADER, TUS_EXTENSIONS, TUS_VERSION } from './tus/protocol.ts';
import { timestamp } from './units.ts';

/** An upload as `queries/uploads.ts` returns it. */
export const uploadSchema = z
  .object({
    id: z.string(),
    size_bytes: z.int().openapi({ description: 'Of the whole, as announced.' }),
    offset_bytes: z.int().openapi({ description: 'What a majority has: it goes on from here.' }),
    filename: z.string(),
    metadata: z.string().openapi({ description: '`Upload-Metadata` as it came.' }),
    created_at: timestamp,
    expires_at: timestamp.openapi({ description: 'Unless something more comes before.' }),
    file_id: z.string().nullable().openapi({ description: 'Once all of it is there.' }),
  })
  .openapi('Upload');

export const UPLOAD_EXAMPLE: z.input<typeof uploadSchema> = {
  id: 'upl_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  size_bytes: 73400320,
  offset_bytes: 16777216,
  filename: 'thesis.pdf',
  metadata: 'filename dGhlc2lzLnBkZg==',
  created_at: '2026-11-20T17:00:00.000Z',
  expires_at: '2026-11-21T17:00:00.000Z',
  file_id: null,
};

export function header(name: string, description: string, example: string, required = false) {
  return {
    name,
    in: 'header' as const,
    required,
    description,
    schema: { type: 'string' as const },
    example,
  };
}

/** Request headers of tus. */
export const PARAMETERS = {
  tus: header('Tus-Resumable', 'The version of the protocol; required.', TUS_VERSION),
  length: header('Upload-Length', 'Bytes of the whole; required.', '73400320'),
  offset: header('Upload-Offset', 'Where the body begins; required.', '16777216'),
  metadata: header(
    'Upload-Metadata',
    'Pairs of a key and a value in base64, with commas between them.',
    'filename dGhlc2lzLnBkZg==,filetype YXBwbGljYXRpb24vcGRm',
  ),
  checksum: header(
    'Upload-Checksum',
    `Of the body: ${CHECKSUM_ALGORITHMS.join(', ')}, a space, and the checksum in base64.`,
    'sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=',
  ),
};

function answer(description: string, example: string) {
  return { description, schema: { type: 'string' as const }, example };
}

/** Response headers of tus. */
export const ANSWERS = {
  capabilities: {
    'Tus-Version': answer('The versions that are understood.', TUS_VERSION),
    'Tus-Max-Size': answer('Bytes of the largest upload.', '268435456'),
    'Tus-Extension': answer('The extensions that are understood.', TUS_EXTENSIONS),
    'Tus-Checksum-Algorithm': answer('For Upload-Checksum.', CHECKSUM_ALGORITHMS.join(',')),
  },
  progress: {
    'Upload-Offset': answer('Bytes that a majority has.', '16777216'),
    'Upload-Expires': answer(
      'When it ends, if nothing more comes.',
      'Sat, 21 Nov 2026 17:00:00 GMT',
    ),
    [FILE_HEADER]: answer(
      'The file that it has become, once it is complete.',
      'fil_019a9457c1d07c1e8a5f4c2b7d3e9f10',
    ),
  },
};
