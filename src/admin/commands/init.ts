import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { backupDigest, readBackup } from '../../backup-file.ts';
import { createCluster, defaultBasePort } from '../create-cluster.ts';

interface Options {
  readonly dir: string;
  readonly nodes: number;
  readonly basePort: number;
  readonly backup: string | undefined;
}

export const initCommand: CommandModule<object, Options> = {
  command: 'init',
  describe: 'Make the cluster.json and the keys (pki/) of a new cluster',
  builder: {
    dir: {
      type: 'string',
      demandOption: true,
      describe: 'Folder for both; nothing is overwritten',
    },
    nodes: { type: 'number', default: 3, describe: 'How many nodes' },
    'base-port': {
      type: 'number',
      default: defaultBasePort,
      describe: 'API port of the first node; Raft ports are 1000 higher',
    },
    backup: { type: 'string', describe: 'Begin with this backup: see restore' },
  },
  async handler({ dir, nodes, basePort, backup }) {
    const folder = resolve(dir);
    const begins = backup === undefined ? {} : { restored_from: await digestOf(backup) };
    const file = await createCluster({ folder, nodes, base_port: basePort, ...begins });
    console.log(`Made ${folder}/cluster.json (cluster ${file.cluster_id}) and ${folder}/pki`);
    console.log('For nodes on other machines: edit the addresses in cluster.json, and give each');
    console.log(
      'machine cluster.json and, in pki/ beside it, ca.crt, receipt.key and its own .crt',
    );
    console.log('and .key.');
    for (const { id } of backup === undefined ? [] : file.nodes) {
      console.log(
        `  npx lms-admin restore --backup ${backup} --config ${dir}/cluster.json --id ${id} --data ${dir}/${id}`,
      );
    }
    for (const { id } of file.nodes) {
      console.log(`  npx lms-node --config ${dir}/cluster.json --id ${id} --data ${dir}/${id}`);
    }
  },
};

/** Nothing is made for a file that no node could begin with. */
function digestOf(backup: string): Promise<string> {
  readBackup(backup);
  return backupDigest(backup);
}
