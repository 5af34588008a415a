import { parse as parseDisposition } from 'content-disposition';
import { BlobDiskLow, BlobTooLarge, type StagedBlob } from '../lms/blobs/blob-store.ts';
import { NoBlobMajority } from '../lms/blobs/majority-writer.ts';
import type { Placement } from '../lms/blobs/replicated-blobs.ts';
import type { NewFile } from '../lms/commands/create-file.ts';
import type { Blobs } from './blobs.ts';
import { bodyStream } from './body-stream.ts';
import { requestDeadline } from './consistency.ts';
import { announcedDigest, checkedBody } from './content-digest.ts';
import { type ApiContext, timeLeft } from './env.ts';
import { cleanFilename } from './filename.ts';
import { newId } from './ids.ts';
import { maxMultipartOverheadBytes, minReplicationBytesPerSecond } from './limits.ts';
import { mediaTypeOf, sniffBytes } from './media-type.ts';
import { readMultipart } from './multipart.ts';
import { Problem } from './problem.ts';

/** A file that has arrived here whole, and is nowhere else yet. */
export interface ReceivedFile {
  readonly staged: StagedBlob;
  readonly filename: string;
  readonly media_type: string;
}

interface UploadRules {
  readonly maxFiles: number;
  /** Of each file, and of all files of the request together. */
  readonly maxFileBytes: number;
  /** Names of the text fields beside the files. */
  readonly fields: readonly string[];
  readonly maxFieldBytes: number;
}

export function isMultipart(c: ApiContext): boolean {
  return /^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '');
}

/** Takes in the body as it is: one file. Nothing stays behind when it fails. */
export async function receiveFile(
  c: ApiContext,
  blobs: Blobs,
  maxFileBytes: number,
): Promise<ReceivedFile> {
  refuseAnnounced(c, maxFileBytes, maxFileBytes);
  const body = checkedBody(bodyStream(c), announcedDigest(c));
  const name = c.req.query('filename') ?? dispositionName(c.req.header('content-disposition'));
  return await receive(blobs, body, maxFileBytes, name, c.req.header('content-type') ?? null);
}

/**
 * Takes in a `multipart/form-data` body. Nothing stays behind when it fails. `Content-Digest` is that
 * of the whole body, as RFC 9530 says.
 */
export async function receiveMultipart(
  c: ApiContext,
  blobs: Blobs,
  rules: UploadRules,
): Promise<{ readonly files: ReceivedFile[]; readonly fields: ReadonlyMap<string, string> }> {
  const { maxFiles, maxFileBytes, fields, maxFieldBytes } = rules;
  const most = maxFileBytes + fields.length * maxFieldBytes + maxMultipartOverheadBytes;
  refuseAnnounced(c, most, maxFileBytes);
  const body = limited(checkedBody(bodyStream(c), announcedDigest(c)), most, maxFileBytes);
  return await readMultipart(
    body,
    {
      contentType: c.req.header('content-type') ?? '',
      maxFiles,
      fields,
      maxFieldBytes,
      takeFile: (content, filename, declared) =>
        receive(blobs, content, maxFileBytes, filename, declared),
    },
    (file) => file.staged.discard(),
  );
}

/**
 * Brings received files to a majority, so that a command may name them; else 503, and nothing of the
 * files that were not there yet stays on this node. Waiting for the majority, and for the log after
 * it, begins now: a slow upload is not held against the cluster. All files share that time: an attempt
 * must reach the log while the clock of its arrival is believed.
 */
export async function keepFiles(
  c: ApiContext,
  blobs: Blobs,
  files: readonly ReceivedFile[],
): Promise<NewFile[]> {
  try {
    const bytes = files.reduce((sum, { staged }) => sum + staged.size_bytes, 0);
    return await withinDeadline(c, bytes, async (signal) => {
      const kept: NewFile[] = [];
      for (const { staged, filename, media_type } of files) {
        const { sha256, size_bytes } = staged;
        const { placed_at } = await place(blobs, staged, signal);
        kept.push({ file_id: newId('fil'), sha256, size_bytes, media_type, filename, placed_at });
      }
      return kept;
    });
  } finally {
    await discardAll(files);
  }
}

/** Brings one blob to a majority; see `keepFiles`. */
export function keepBlob(c: ApiContext, blobs: Blobs, staged: StagedBlob): Promise<Placement> {
  return withinDeadline(c, staged.size_bytes, (signal) => place(blobs, staged, signal));
}

/** The deadline of the request begins anew for `work`, longer by what so many bytes may take, and again after it. */
async function withinDeadline<Value>(
  c: ApiContext,
  bytes: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  c.set('deadline', requestDeadline(c));
  const transferMs = Math.ceil((bytes / minReplicationBytesPerSecond) * 1000);
  try {
    return await work(AbortSignal.timeout(timeLeft(c) + transferMs));
  } finally {
    c.set('deadline', requestDeadline(c));
  }
}

async function place(blobs: Blobs, staged: StagedBlob, signal: AbortSignal): Promise<Placement> {
  try {
    return await blobs.keep(staged, signal);
  } catch (error) {
    throw error instanceof NoBlobMajority ? noMajority(error) : storageProblem(error, 0);
  }
}

/** What the idempotency fingerprint knows of files: their bytes and names. */
export function fileDigests(files: readonly NewFile[]): string[] {
  return files.map((file) => `${file.sha256} ${file.filename}`);
}

/** Leaves what was kept, removes the rest. */
export async function discardAll(files: readonly ReceivedFile[]): Promise<void> {
  for (const { staged } of files) await staged.discard();
}

/** Takes in one file from wherever it comes. Nothing stays behind when it fails. */
async function receive(
  blobs: Blobs,
  body: AsyncIterable<Uint8Array>,
  maxFileBytes: number,
  name: string,
  declaredType: string | null,
): Promise<ReceivedFile> {
  const staged = await stageBlob(blobs, body, maxFileBytes);
  try {
    return { staged, ...(await described(staged, name, declaredType)) };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** What these bytes are called, and what they are. An empty file is refused. */
export async function described(
  staged: StagedBlob,
  name: string,
  declaredType: string | null,
): Promise<Omit<ReceivedFile, 'staged'>> {
  if (staged.size_bytes === 0) {
    throw new Problem('invalid_value', 'The file is empty. Was it saved before it was sent?');
  }
  const filename = cleanFilename(name);
  const declared = declaredType?.split(';')[0]?.trim().toLowerCase() ?? null;
  const media_type = await mediaTypeOf(await staged.head(sniffBytes), filename, declared);
  return { filename, media_type };
}

/** Takes bytes in as they come; what can be expected to go wrong is thrown as a `Problem`. */
export async function stageBlob(
  blobs: Blobs,
  body: AsyncIterable<Uint8Array>,
  maxFileBytes: number,
): Promise<StagedBlob> {
  try {
    return await blobs.stage(body, maxFileBytes);
  } catch (error) {
    throw storageProblem(error, maxFileBytes);
  }
}

function refuseAnnounced(c: ApiContext, most: number, maxFileBytes: number): void {
  const length = Number(c.req.header('content-length') ?? 0);
  if (length > most) throw tooLarge(maxFileBytes);
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  most: number,
  maxFileBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > most) throw tooLarge(maxFileBytes);
    yield piece;
  }
}

function dispositionName(header: string | undefined): string {
  if (header === undefined) return '';
  return parseDisposition(header).parameters.filename ?? '';
}

export function payloadTooLarge(detail: string): Problem {
  return new Problem('payload_too_large', detail);
}

function tooLarge(maxFileBytes: number): Problem {
  return new Problem(
    'payload_too_large',
    `A file, and all files of one request together, may have at most ${maxFileBytes} bytes.`,
    { extra: { max_bytes: maxFileBytes } },
  );
}

function noMajority(error: NoBlobMajority): Problem {
  return new Problem(
    'no_quorum',
    `The write was not applied and never will be: ${error.message}. Send it again.`,
    { extra: { outcome: 'not_applied' } },
  );
}

function storageProblem(error: unknown, maxFileBytes: number): unknown {
  if (error instanceof BlobTooLarge) return tooLarge(maxFileBytes);
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof BlobDiskLow || code === 'ENOSPC' || code === 'EDQUOT') {
    return new Problem('disk_low', 'The disk of this node is nearly full. Nothing was kept.');
  }
  return error;
}
