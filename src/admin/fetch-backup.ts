import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OperatorError } from '../operator-error.ts';
import type { AdminSession } from './admin-session.ts';
import { type KeptBackup, keepBackup } from './keep-backup.ts';

/** Fetches the state of a node. Rejects with `OperatorError`. @param out as for `keepBackup` */
export async function fetchBackup(session: AdminSession, out: string): Promise<KeptBackup> {
  const response = await session.stream('GET /v1/cluster/backup');
  const { name, sha256 } = announced(response);
  return await keepBackup(out, name, (file) => receive(response, file), sha256);
}

async function receive({ body }: Response, path: string): Promise<void> {
  const file = createWriteStream(path);
  try {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), file);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new OperatorError(
      `the backup broke off after ${file.bytesWritten} bytes (${why}), and nothing was kept: run it again, ` +
        'with another --url',
      { cause: error },
    );
  }
}

/** What the node says of the file that it sends: its name, and its SHA-256 (hex). */
function announced({ headers }: Response): { readonly name: string; readonly sha256: string } {
  const digest = /^sha-256=:([A-Za-z0-9+/]{43}=):$/.exec(headers.get('repr-digest') ?? '')?.[1];
  const name = /filename="?([\w.-]+)"?$/.exec(headers.get('content-disposition') ?? '')?.[1];
  if (digest === undefined || name === undefined) {
    throw new OperatorError('what answers there is no node of Quorum LMS that can be backed up');
  }
  return { name, sha256: Buffer.from(digest, 'base64').toString('hex') };
}
