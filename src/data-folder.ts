import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { OperatorError } from './operator-error.ts';
import type { Member } from './raft/core/messages.ts';
import { FolderInUse } from './raft/log/errors.ts';
import { lockFolder } from './raft/log/folder-lock.ts';

/** `node.json`: whose data a folder holds, and how its log began. */
const identitySchema = z.object({
  /** Folders of format 2 get their `directory_id` at the next start. */
  format: z.union([z.literal(2), z.literal(3)]),
  directory_id: z.string().min(1).optional(),
  cluster_id: z.string(),
  node_id: z.string(),
  created_at: z.iso.datetime(),
  first_members: z
    .array(z.object({ id: z.string(), raft: z.string(), api: z.string() }))
    .readonly(),
  join_index: z.int(),
});

/** Written once: what the log of a node began with must never be another thing at a later start. */
export interface Beginning {
  /** The members before any change of them; nobody for a node that joined. */
  readonly first_members: readonly Member[];
  /** The log index by which a node that joined became a member; else 0. */
  readonly join_index: number;
}

interface NodeIdentity {
  readonly cluster_id: string;
  readonly node_id: string;
}

const IDENTITY_NAME = 'node.json';
/** What a first start may have left before it came to write `node.json`, or `prepareJoin` made. */
const BEFORE_IDENTITY = /^(lock\.db(-\w+)?|wal|node\.json\.tmp|pki|cluster\.json)$/;

/** The folder of one node, held for this process until `release`. */
export interface DataFolder {
  readonly path: string;
  /** `node.json` is there: this node has had a log, and must not begin another. */
  readonly has_identity: boolean;
  /** Unlike that of any other folder; once `node.json` is written it is the same at every start. */
  readonly directory_id: string;
  /**
   * Writes `node.json` unless it is there, and gives the beginning that it says. Only after the log
   * exists: see `has_identity`.
   */
  writeIdentity(beginning: Beginning): Beginning;
  release(): void;
}

/**
 * Takes the folder for a node. Throws `OperatorError`, with nothing changed, when it is another
 * node's or cluster's, holds other things, is damaged, or another process has it.
 */
export function openDataFolder(folder: string, identity: NodeIdentity): DataFolder {
  const path = resolve(folder);
  const found = readIdentity(path);
  if (found === null) refuseOtherContent(path);
  else refuseOthers(path, found, identity);
  const lock = takeLock(path);
  const directory_id = found?.directory_id ?? randomUUID();
  return {
    path,
    has_identity: found !== null,
    directory_id,
    writeIdentity: (beginning) => {
      if (found?.directory_id !== undefined) return found;
      const created_at = new Date().toISOString();
      const record = { created_at, ...identity, ...beginning, ...found };
      writeDurably(path, { ...record, format: 3, directory_id });
      return record;
    },
    release: () => lock.release(),
  };
}

/** Whose folder it is; `null` when it is no node's yet. Throws `OperatorError` when it is damaged. */
export function nodeIdOf(folder: string): string | null {
  return readIdentity(resolve(folder))?.node_id ?? null;
}

function readIdentity(path: string): z.infer<typeof identitySchema> | null {
  const file = join(path, IDENTITY_NAME);
  if (!existsSync(file)) return null;
  try {
    return identitySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'its fields are not those of a node' : String(error);
    throw new OperatorError(
      `${file} is damaged (${why}), so whose data this is cannot be told: ` +
        'restore the file, or start with an empty --data under a new node id',
    );
  }
}

function refuseOthers(path: string, found: NodeIdentity, wanted: NodeIdentity): void {
  if (found.cluster_id !== wanted.cluster_id) {
    throw new OperatorError(
      `${path} holds data of cluster ${found.cluster_id}, and cluster.json is of ` +
        `${wanted.cluster_id}: use the --config of that cluster or another --data`,
    );
  }
  if (found.node_id !== wanted.node_id) {
    throw new OperatorError(
      `${path} holds the data of node ${found.node_id}: start with --id ${found.node_id}, ` +
        `or give ${wanted.node_id} a folder of its own (--data)`,
    );
  }
}

/** A folder with other things in it was meant for something else. */
function refuseOtherContent(path: string): void {
  if (!existsSync(path)) return;
  const other = readNames(path).find((name) => !BEFORE_IDENTITY.test(name));
  if (other === undefined) return;
  throw new OperatorError(
    `${path} is no data folder of a node: it holds "${other}" but no ${IDENTITY_NAME}. ` +
      'Give the node a new or empty folder (--data)',
  );
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw cannotBeUsed(path, error);
  }
}

function takeLock(path: string) {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return lockFolder(path);
  } catch (error) {
    if (error instanceof FolderInUse) throw new OperatorError(error.message, { cause: error });
    throw cannotBeUsed(path, error);
  }
}

function cannotBeUsed(path: string, error: unknown): OperatorError {
  return new OperatorError(
    `${path} cannot be used as a data folder (${(error as Error).message}): ` +
      'choose a folder on a local disk that this user may write to',
    { cause: error },
  );
}

function writeDurably(path: string, record: z.infer<typeof identitySchema>): void {
  const file = join(path, IDENTITY_NAME);
  const text = JSON.stringify(record, null, 2);
  writeFileSync(`${file}.tmp`, `${text}\n`, { flush: true });
  renameSync(`${file}.tmp`, file);
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
