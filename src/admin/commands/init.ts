import { resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { createCluster, defaultBasePort } from '../create-cluster.ts';

interface Options {
  readonly dir: string;
  readonly nodes: number;
  readonly basePort: number;
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
  },
  async handler({ dir, nodes, basePort }) {
    const folder = resolve(dir);
    const file = await createCluster({ folder, nodes, base_port: basePort });
    console.log(`Made ${folder}/cluster.json (cluster ${file.cluster_id}) and ${folder}/pki`);
    console.log('For nodes on other machines: edit the addresses in cluster.json, and give each');
    console.log('machine cluster.json and, in pki/ beside it, ca.crt and its own .crt and .key.');
    for (const { id } of file.nodes) {
      console.log(`  npx lms-node --config ${dir}/cluster.json --id ${id} --data ${dir}/${id}`);
    }
  },
};
