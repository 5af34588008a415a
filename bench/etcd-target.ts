import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../test/fixtures/free-ports.ts';
import { until } from '../test/fixtures/until.ts';
import { bodyBytes, type Target } from './target.ts';

const names = ['e1', 'e2', 'e3'];
/** Twelve digits after it are base64 as well: a key of 15 bytes. */
const keyPrefix = Buffer.from('bench/').toString('base64');

/** The version of the `etcd` on the path, `null` when there is none. */
export function etcdVersion(): string | null {
  const { status, stdout } = spawnSync('etcd', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return null;
  return /etcd Version: (\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** A three-node etcd with its defaults, over its HTTP gateway; no TLS and no authentication. */
export async function startEtcd(folder: string, version: string): Promise<Target> {
  const ports = await freePorts(2 * names.length);
  const members = names.map((name, n) => ({
    name,
    client: `http://127.0.0.1:${ports[2 * n]}`,
    peer: `http://127.0.0.1:${ports[2 * n + 1]}`,
  }));
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  mkdirSync(folder, { recursive: true });
  const processes = members.map(({ name, client, peer }) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const child = spawn(
      'etcd',
      [
        ...['--name', name, '--data-dir', join(folder, name), '--initial-cluster', cluster],
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    return child;
  });
  // What ends this process with a stack must not leave them behind.
  process.once('exit', () => kill(processes));
  const origins = members.map(({ client }) => client);
  await until('etcd', async () => ((await answersAll(origins)) ? true : undefined));

  const value = Buffer.alloc(bodyBytes, 'x').toString('base64');
  const body = `{"key":"${keyPrefix}%N%","value":"${value}"}`;
  const one = { method: 'POST', path: '/v3/kv/put', body: body.replace('%N%', '000000000000') };
  await fetch(`${origins[0]}${one.path}`, one);
  const headers = [{ 'content-type': 'application/json' }];
  const read = `{"key":"${keyPrefix}000000000000"}`;
  return {
    name: 'etcd',
    version,
    jobs: {
      writes: { origins, headers, method: 'POST', path: '/v3/kv/put', body },
      reads: { origins, headers, method: 'POST', path: '/v3/kv/range', body: read },
    },
    stop: async () => {
      const ended = processes.map((child) => child.exitCode ?? once(child, 'exit'));
      kill(processes);
      await Promise.all(ended);
    },
  };
}

function kill(processes: readonly ChildProcess[]): void {
  for (const child of processes) child.kill('SIGKILL');
}

async function answersAll(origins: readonly string[]): Promise<boolean> {
  const answers = await Promise.all(
    origins.map((origin) =>
      fetch(`${origin}/health`).then(
        async (response) => (await response.text()).includes('true'),
        () => false,
      ),
    ),
  );
  return answers.every(Boolean);
}
