import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCluster, defaultBasePort } from './admin/create-cluster.ts';
import { type ClusterFile, parseAddress } from './cluster-file.ts';
import { loadClusterFile } from './config.ts';
import { DEMO_PASSWORD } from './demo/content.ts';
import { DemoError } from './demo/demo-client.ts';
import { makeDemo } from './demo/make-demo.ts';
import { LocalCluster } from './local-cluster.ts';
import { allLoopback } from './loopback.ts';
import { OperatorError } from './operator-error.ts';
import { runProgram } from './run-program.ts';

interface Options {
  readonly nodes: number | undefined;
  readonly data: string;
  readonly basePort: number | undefined;
  readonly demo: boolean;
}

const defaultNodes = 3;

await runProgram('npm start --', (program) =>
  program.command(
    '$0',
    'Run a whole cluster on this machine, each node a process of its own',
    (command) =>
      command.options({
        nodes: { type: 'number', describe: `How many nodes, when it is made (${defaultNodes})` },
        data: { type: 'string', default: 'data', describe: 'Folder of the whole cluster' },
        'base-port': {
          type: 'number',
          describe: `API port of the first node, when it is made (${defaultBasePort}); Raft: + 1000`,
        },
        demo: { type: 'boolean', default: true, describe: 'Make demo accounts and a course' },
      }),
    ({ nodes, data, basePort, demo }) => start({ nodes, data, basePort, demo }),
  ),
);

async function start(options: Options): Promise<void> {
  const path = join(options.data, 'cluster.json');
  const file = existsSync(path) ? loadClusterFile(path) : await makeCluster(options);
  refuseOtherSize(path, file, options);
  // The demo's passwords are known to everybody, so nobody else may reach it.
  const demo = options.demo && allLoopback(file);
  const cluster = new LocalCluster(file, options.data, {
    ...(demo && { LMS_ADMIN_PASSWORD: DEMO_PASSWORD }),
  });
  // Ctrl-C reaches the nodes too, as they are in the same process group; both may come twice.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => void cluster.stop());
  try {
    await cluster.ready((line) => console.log(line));
    if (demo && !cluster.stopping) await prepareDemo(options.data, file);
    if (!cluster.stopping) announce(options, file);
    await cluster.watch((line) => console.log(line));
  } finally {
    await cluster.stop();
  }
  console.log('stopped');
}

function makeCluster({ data, nodes, basePort }: Options): Promise<ClusterFile> {
  return createCluster({
    folder: data,
    nodes: nodes ?? defaultNodes,
    base_port: basePort ?? defaultBasePort,
  });
}

/** A cluster that exists has its size and its addresses; asking for others is a mistake. */
function refuseOtherSize(path: string, file: ClusterFile, { nodes, basePort }: Options): void {
  const port = parseAddress(new URL(file.nodes[0]?.api ?? '').host)?.port;
  const differs =
    (nodes !== undefined && nodes !== file.nodes.length) ||
    (basePort !== undefined && basePort !== port);
  if (!differs) return;
  throw new OperatorError(
    `${path} is of a cluster with ${file.nodes.length} nodes from port ${port} on: ` +
      'start it without --nodes and --base-port, or choose another --data for a new one',
  );
}

/** Once in the life of a cluster: what somebody has deleted from it stays deleted. */
async function prepareDemo(data: string, file: ClusterFile): Promise<void> {
  const done = join(data, 'demo.json');
  if (existsSync(done)) return;
  try {
    await makeDemo(file.nodes[0]?.api ?? '');
    writeFileSync(done, `${JSON.stringify({ made_at: new Date().toISOString() })}\n`);
  } catch (error) {
    if (!(error instanceof DemoError)) throw error;
    console.log(`demo      not made: ${error.message}`);
  }
}

function announce({ data }: Options, file: ClusterFile): void {
  if (existsSync(join(data, 'demo.json'))) {
    console.log(
      `demo      admin, instructor1, student1, student2, student3; password ${DEMO_PASSWORD}`,
    );
  } else {
    console.log(
      `accounts  admin; password in ${data}/*/initial-admin-password until it is changed`,
    );
  }
  console.log(`ready ${file.nodes.map(({ api }) => api).join(' ')}`);
}
