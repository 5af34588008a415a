import { z } from '@hono/zod-openapi';
import type { NewFile } from '../lms/commands/create-file.ts';
import { maxFilesPerAttempt } from '../lms/limits.ts';
import type { Blobs } from './blobs.ts';
import type { ApiContext } from './env.ts';
import { maxMarkdownChars } from './limits.ts';
import { Problem } from './problem.ts';
import { text } from './units.ts';
import { discardAll, keepFiles, receiveMultipart } from './uploads.ts';

/** What is handed in, as text. */
export const attemptText = text(0, maxMarkdownChars);

const maxUtf8BytesPerChar = 4;

interface Attempt {
  readonly text_md: string | null;
  readonly file_ids: readonly string[];
  readonly new_files: readonly NewFile[];
}

/**
 * Takes in an attempt that brings its files along, and keeps them on a majority. It has arrived when
 * its last byte has: a slow upload is neither early nor taken for a wrong clock.
 */
export async function receiveAttempt(
  c: ApiContext,
  blobs: Blobs,
  maxFileBytes: number,
): Promise<Attempt> {
  const { files, fields } = await receiveMultipart(c, blobs, {
    maxFiles: maxFilesPerAttempt,
    maxFileBytes,
    fields: ['text_md'],
    maxFieldBytes: maxMarkdownChars * maxUtf8BytesPerChar,
  });
  c.set('receivedAt', Date.now());
  const written = z.nullable(attemptText).safeParse(fields.get('text_md') ?? null);
  if (!written.success) {
    await discardAll(files);
    const detail = written.error.issues.map(({ message }) => message).join('; ');
    throw new Problem('invalid_request', `text_md is not valid: ${detail}.`, {
      errors: [{ pointer: '/text_md', code: 'invalid', detail }],
    });
  }
  const newFiles = await keepFiles(c, blobs, files);
  return {
    text_md: written.data,
    file_ids: newFiles.map(({ file_id }) => file_id),
    new_files: newFiles,
  };
}
