import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import { requestBackup } from '../../lms/commands/request-backup.ts';
import { requireOnSite } from '../../lms/policy.ts';
import { setIndex, wantsLocal } from '../consistency.ts';
import { digestHeader } from '../content-digest.ts';
import { type ApiContext, callerOf } from '../env.ts';
import { operation, router } from '../operation.ts';
import type { Consensus } from '../ports.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { notTaken } from './snapshots.ts';

type Snapshots = Pick<Consensus, 'snapshot' | 'status'>;
type Snapshot = Awaited<ReturnType<Consensus['snapshot']>>;

const getBackup = operation(
  {
    method: 'get',
    path: '/v1/cluster/backup',
    operationId: 'getBackup',
    summary: 'A copy of the whole state',
    description:
      'One SQLite file with everything up to `LMS-Index`, of one moment: all that was acknowledged before ' +
      'the request is in it. The contents of files are not. It holds the hashes of passwords and tokens, ' +
      'and everything about everybody: keep it as you keep those. One at a time on each node; each is ' +
      'another file, so there are no ranges. `lms-admin backup` calls this, and checks what comes; ' +
      '`lms-admin restore` makes a new cluster of it. Without a majority, ask with ' +
      '`LMS-Consistency: local`: what this node has applied; the audit trail cannot name that.',
    tags: ['cluster'],
    responses: {
      200: {
        description: 'The file.',
        headers: {
          'LMS-Term': {
            description: 'The term of the entry that `LMS-Index` names.',
            schema: { type: 'integer' },
            example: 3,
          },
          'Repr-Digest': {
            description: 'SHA-256 of the file (RFC 9530).',
            schema: { type: 'string' },
            example: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:',
          },
        },
        content: { 'application/vnd.sqlite3': { schema: { type: 'string', format: 'binary' } } },
      },
    },
  },
  { problems: ['forbidden', 'unavailable', 'overloaded', 'disk_low'] },
);

export function backupRoutes(consensus: Snapshots, clusterId: string) {
  const app = router();
  let isSending = false;

  app.openapi(getBackup, async (c) => {
    await read(c, (_reader, actor) => requireOnSite(actor, 'cluster.manage'));
    if (isSending) throw new Problem('overloaded', 'This node sends another backup just now.');
    isSending = true;
    try {
      await recordRequest(c, consensus.status().node_id);
      const { snapshot, file } = await openSnapshot(c, consensus);
      setHeaders(c, clusterId, snapshot);
      if (c.req.method === 'HEAD') {
        await file.close();
        isSending = false;
        return c.body(null, 200);
      }
      // The stream closes the file, at its end and when the client leaves.
      const bytes = file.createReadStream().once('close', () => {
        isSending = false;
      });
      return c.body(Readable.toWeb(bytes) as ReadableStream, 200);
    } catch (error) {
      isSending = false;
      throw error;
    }
  });

  return app;
}

/**
 * For the audit trail; the log of the node names it in any case. A leader without room must keep nobody
 * from a copy, nor the loss of the majority.
 */
async function recordRequest(c: ApiContext, node_id: string): Promise<void> {
  const { logger } = c.env.foundation;
  logger.info({ actor: callerOf(c).actor.id }, 'a backup was asked for');
  try {
    await submit(c, requestBackup, { node_id });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'disk_low' || (error.code === 'no_quorum' && wantsLocal(c))) return;
    throw error;
  }
}

async function openSnapshot(
  c: ApiContext,
  consensus: Snapshots,
): Promise<{ readonly snapshot: Snapshot; readonly file: FileHandle }> {
  const { index } = c.env.foundation.replica.applied;
  try {
    let snapshot = await consensus.snapshot();
    // It may have been begun before this request: the next one was not.
    if (snapshot.index < index) snapshot = await consensus.snapshot();
    return { snapshot, file: await open(snapshot.path) };
  } catch (error) {
    return notTaken(error as Error);
  }
}

function setHeaders(c: ApiContext, clusterId: string, snapshot: Snapshot): void {
  const { index, term, size_bytes, sha256 } = snapshot;
  setIndex(c, index);
  c.header('LMS-Term', String(term));
  c.header('Content-Type', 'application/vnd.sqlite3');
  c.header('Content-Length', String(size_bytes));
  c.header('Content-Disposition', contentDisposition(`${clusterId}-${index}.sqlite3`));
  c.header('Repr-Digest', digestHeader(sha256));
}
