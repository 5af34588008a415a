import type { UploadResource } from '../../lms/queries/uploads.ts';
import type { AnswerObserver } from '../answer-observer.ts';
import type { ApiContext } from '../env.ts';
import { Problem } from '../problem.ts';
import { CHECKSUM_ALGORITHMS } from './checksum.ts';

/** Of tus (https://tus.io/protocols/resumable-upload), the one version that there is. */
export const TUS_VERSION = '1.0.0';
export const TUS_EXTENSIONS = 'creation,creation-with-upload,expiration,checksum,termination';
/** The media type of a part. */
export const TUS_BODY = 'application/offset+octet-stream';
/** The file that an upload has become. */
export const FILE_HEADER = 'LMS-File-Id';

const BELOW_UPLOADS = /^\/v1\/uploads(?:\/|$)/;

/** On every answer below `/v1/uploads`, problems included. */
export const tusHeaders: AnswerObserver = (c) => {
  if (BELOW_UPLOADS.test(c.req.path)) c.header('Tus-Resumable', TUS_VERSION);
};

export function capabilities(maxFileBytes: number): Record<string, string> {
  return {
    'Tus-Version': TUS_VERSION,
    'Tus-Max-Size': String(maxFileBytes),
    'Tus-Extension': TUS_EXTENSIONS,
    'Tus-Checksum-Algorithm': CHECKSUM_ALGORITHMS.join(','),
  };
}

/** The protocol: a request in another version must not be processed. */
export function requireTus(c: ApiContext): void {
  if (c.req.header('tus-resumable') === TUS_VERSION) return;
  throw new Problem('tus_version', `Send Tus-Resumable: ${TUS_VERSION}.`, {
    headers: { 'Tus-Version': TUS_VERSION },
  });
}

/** A header that is a number of bytes. */
export function byteCount(c: ApiContext, name: string): number {
  const text = c.req.header(name);
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new Problem('invalid_header', `${name} must be there, and be a number of bytes.`);
}

/** How far an upload is. */
export function setUploadHeaders(c: ApiContext, upload: UploadResource): void {
  c.header('Upload-Offset', String(upload.offset_bytes));
  c.header('Upload-Expires', new Date(upload.expires_at).toUTCString());
  if (upload.file_id !== null) c.header(FILE_HEADER, upload.file_id);
}
