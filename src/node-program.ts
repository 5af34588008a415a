import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { loadClusterFile, nodeOf } from './config.ts';
import { readEnvironment } from './environment.ts';
import { type NodeArguments, readNodeArguments } from './node-arguments.ts';
import { openNode } from './open-node.ts';
import { settleProcess } from './process-settings.ts';
import { reportFailure } from './report-failure.ts';
import { whichNode } from './which-node.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

await reportFailure('lms-node', async () => {
  const args = readNodeArguments(process.argv.slice(2));
  if (args !== null) await run(args);
});

async function run(args: NodeArguments): Promise<void> {
  const environment = readEnvironment();
  const { join_index, ...which } = whichNode(args);
  const cluster = loadClusterFile(which.config);
  const node = nodeOf(cluster, which.config, which.id);
  const logger = pino({ level: environment.log_level, base: { node: node.id } });
  const options = {
    cluster,
    node,
    data_folder: args.data,
    join_index,
    admin_password: environment.admin_password,
    ollama_host: environment.ollama_host,
    version,
    logger,
    onReady: () => process.send?.('ready'),
  };
  const stop = stopSignal();
  try {
    await using parts = new AsyncDisposableStack();
    const opened = await openNode(options, parts);
    // Most of the program, and most of the time of a start: the log opens meanwhile.
    const { runNode } = await import('./node.ts');
    settleProcess();
    await runNode(options, opened, stop);
  } catch (error) {
    logger.fatal({ err: error }, 'node stopped');
    throw error;
  }
}

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
