import type { CommandModule } from 'yargs';
import { loadClusterFile } from '../../config.ts';
import { restoreNode } from '../../restore-node.ts';

interface Options {
  readonly backup: string;
  readonly files: string | undefined;
  readonly config: string;
  readonly id: string;
  readonly data: string;
}

export const restoreCommand: CommandModule<object, Options> = {
  command: 'restore',
  describe: 'Make the data folder of a node of a new cluster that begins with a backup',
  builder: {
    backup: { type: 'string', demandOption: true, describe: 'The file: the same for all nodes' },
    files: { type: 'string', describe: 'Folder of the contents of files' },
    config: {
      type: 'string',
      demandOption: true,
      describe: "The cluster.json that 'init --backup' made for the new cluster",
    },
    id: { type: 'string', demandOption: true, describe: 'Which of its nodes' },
    data: { type: 'string', demandOption: true, describe: 'The folder to make, or an empty one' },
  },
  async handler({ backup, files, config, id, data }) {
    const cluster = loadClusterFile(config);
    const { index, term, lacking } = await restoreNode({
      backup,
      files,
      cluster,
      config,
      id,
      data,
    });
    console.log(`${data} holds everything up to entry ${index} (term ${term}).`);
    if (lacking.length > 0) {
      console.log(
        `The contents of ${lacking.length} files are not there: bring blobs/ of an old node, or --files.`,
      );
    }
    console.log('When all first nodes have theirs, start each of them:');
    console.log(`  npx lms-node --config ${config} --id ${id} --data ${data}`);
  },
};
