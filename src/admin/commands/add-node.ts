import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { loadClusterFile } from '../../config.ts';
import { joinBundle } from '../../join-bundle.ts';
import { OperatorError } from '../../operator-error.ts';
import { issueNodeKeys } from '../../pki/issue-node-keys.ts';
import { KeysError } from '../../pki/keys-error.ts';
import { inSession, SESSION_OPTIONS, type SessionOptions } from '../admin-session.ts';

interface Options extends SessionOptions {
  readonly id: string;
  readonly raft: string;
  readonly api: string;
  readonly replaces: string | undefined;
  readonly pki: string;
  readonly out: string | undefined;
}

const addedSchema = z.object({
  join_index: z.int(),
  members: z.array(z.object({ id: z.string(), raft: z.string(), api: z.string() })),
});

export const addNodeCommand: CommandModule<object, Options> = {
  command: 'add-node',
  describe: 'Add a node, or replace one; makes the file that the new node starts with',
  builder: {
    id: { type: 'string', demandOption: true, describe: 'Its id, never used before' },
    raft: { type: 'string', demandOption: true, describe: 'host:port where it listens for nodes' },
    api: { type: 'string', demandOption: true, describe: 'http://host:port of its API' },
    replaces: { type: 'string', describe: 'The node that leaves when this one has caught up' },
    pki: {
      type: 'string',
      default: 'data/pki',
      describe: 'Where ca.key is, with cluster.json beside the folder',
    },
    out: { type: 'string', describe: 'The file to make (ID.join.json)' },
    ...SESSION_OPTIONS,
  },
  async handler(options) {
    const { id, raft, api, replaces, pki } = options;
    const out = options.out ?? `${id}.join.json`;
    const { pki_folder: _, ...file } = loadClusterFile(join(dirname(resolve(pki)), 'cluster.json'));
    // First, as it changes nothing yet: without the keys the new member could not start.
    const keys = await issueNodeKeys(pki, file.cluster_id, id).catch((error: unknown) => {
      if (!(error instanceof KeysError)) throw error;
      throw new OperatorError(error.message, { cause: error });
    });
    const body = { id, raft, api, ...(replaces !== undefined && { replaces }) };
    const { join_index, members } = addedSchema.parse(
      await inSession(options, (session) => session.call('POST /v1/cluster/nodes', body)),
    );
    // Not the one that leaves: the new node may stand where that one stood.
    const staying = members.filter((member) => member.id !== replaces);
    const cluster = { ...file, nodes: [{ id, raft, api }, ...staying] };
    writeBundle(out, joinBundle(cluster, { node_id: id, join_index, ...keys }));
    console.log(`${id} is a member, and becomes a voter when it runs and has caught up.`);
    console.log(
      `Bring ${out} to its machine (it holds its private key: then delete it) and start:`,
    );
    console.log(`  npx lms-node --join ${out} --data FOLDER     the first time`);
    console.log('  npx lms-node --data FOLDER                   ever after');
  },
};

function writeBundle(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    throw new OperatorError(
      `${path} cannot be written (${(error as Error).message}): run the same command again with ` +
        'another --out',
    );
  }
}
