import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { loadClusterFile, nodeOf } from './config.ts';
import { readEnvironment } from './environment.ts';
import { runNode } from './node.ts';
import { runProgram } from './run-program.ts';
import { whichNode } from './which-node.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

await runProgram('lms-node', (program) =>
  program.command(
    '$0',
    'Run one node of a Quorum LMS cluster',
    (command) =>
      command.options({
        config: { type: 'string', describe: 'cluster.json; pki/ is beside it' },
        id: { type: 'string', describe: 'Which of its nodes this is' },
        join: { type: 'string', describe: "First start of a new node: what 'add-node' made" },
        data: {
          type: 'string',
          demandOption: true,
          describe: 'Folder of this node, on local disk; a node that joined needs nothing else',
        },
      }),
    async ({ config, id, join, data }) => {
      const environment = readEnvironment();
      const { join_index, ...which } = whichNode({ config, id, join, data });
      const cluster = loadClusterFile(which.config);
      const node = nodeOf(cluster, which.config, which.id);
      const logger = pino({ level: environment.log_level, base: { node: node.id } });
      const options = {
        cluster,
        node,
        data_folder: data,
        join_index,
        admin_password: environment.admin_password,
        ollama_host: environment.ollama_host,
        version,
        logger,
        onReady: () => process.send?.('ready'),
      };
      try {
        await runNode(options, stopSignal());
      } catch (error) {
        logger.fatal({ err: error }, 'node stopped');
        throw error;
      }
    },
  ),
);

/**
 * Fires on SIGINT, SIGTERM, and when the parent that started this process with an IPC channel is
 * gone, however it went. A second signal ends the process at once.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort();
    });
  }
  process.once('disconnect', () => stop.abort());
  process.channel?.unref();
  return stop.signal;
}
