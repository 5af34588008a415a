import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterKeys } from '../src/pki/create-cluster-keys.ts';
import { freePorts } from '../test/fixtures/free-ports.ts';
import { type ChildStatus, NodeChild } from '../test/raft-process/node-child.ts';
import type { Measured } from '../test/raft-process/node-program.ts';

/**
 * A snapshot of a large state, taken while writes go on, then sent to a node that was away: how long, how
 * much memory on either side, how long the event loops stood still. Three processes, mutual TLS, real
 * fsync. Usage: `node bench/snapshot.ts [MiB of state]`. Writes in the current folder.
 */

const MIB = 1024 * 1024;
const IDS = ['n1', 'n2', 'n3'];
const noteBytes = 256 * 1024;
const stateMiB = Number(process.argv[2] ?? 300);
const folder = mkdtempSync(join(process.cwd(), '.bench-snapshot-'));
const nodes = new Map<string, NodeChild>();
let written = 0;

try {
  await measure();
} finally {
  for (const node of nodes.values()) await node.kill();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  await createClusterKeys(join(folder, 'pki'), 'bench', IDS);
  const ports = await freePorts(IDS.length);
  const launch = async (id: string): Promise<void> => {
    const plan = {
      id,
      folder: join(folder, id),
      pki: join(folder, 'pki'),
      cluster_id: 'bench',
      ports: Object.fromEntries(IDS.map((one, n) => [one, ports[n] ?? 0])),
      large_log: true,
      die_at: 0,
      die_at_part: 0,
    };
    nodes.set(id, await NodeChild.start(plan));
  };
  await Promise.all(IDS.map(launch));
  await write('n1', 10, 10);
  await node('n3').kill();
  const startedAt = performance.now();
  await write('n1', (stateMiB * MIB) / noteBytes, noteBytes);
  console.log(`${stateMiB} MiB of state written in ${seconds(startedAt)} s`);
  await whileIdle('idle, the state is written');

  await Promise.all(['n1', 'n2'].map((id) => take(id)));
  await write('n1', 1, 10);
  await node('n1').order({ kind: 'snapshot' });
  await node('n2').order({ kind: 'snapshot' });
  console.log(`the log begins at ${(await node('n1').status()).first_log_index}`);

  await whileIdle('idle, before it is sent');
  const sentAt = performance.now();
  await launch('n3');
  await report('n3 has just started', ['n3']);
  const applied = (await node('n1').status()).applied_index;
  const load = loadUntil(async () => (await node('n3').status()).applied_index >= applied);
  const writes = await load;
  console.log(`sent, verified and installed in ${seconds(sentAt)} s, ${writes} writes meanwhile`);
  await report('while it was sent and installed', IDS);
  const { firstApplied, snapshot_index } = await node('n3').status();
  console.log(`n3: snapshot ${snapshot_index}, first entry applied one by one ${firstApplied}`);
  console.log(`n3 keeps ${readdirSync(join(folder, 'n3', 'wal')).join(' ')}`);
}

async function take(id: string): Promise<void> {
  await node(id).order({ kind: 'measure' });
  const startedAt = performance.now();
  const child = node(id);
  const taken = child.order({ kind: 'snapshot' }) as Promise<{ size_bytes: number }>;
  const { size_bytes: bytes } = await taken;
  console.log(`${id} took a snapshot of ${mib(bytes)} MiB in ${seconds(startedAt)} s`);
  await report('while it was taken', [id]);
}

async function write(id: string, count: number, bytes: number): Promise<void> {
  await node(id).order({ kind: 'write', from: written, count: Math.ceil(count), bytes });
  written += Math.ceil(count);
}

/** Small writes, one after the other, until `done`; returns how many. */
async function loadUntil(done: () => Promise<boolean>): Promise<number> {
  const before = written;
  while (!(await done())) await write('n2', 20, 200);
  return written - before;
}

async function whileIdle(what: string): Promise<void> {
  for (const id of ['n1', 'n2']) await node(id).order({ kind: 'measure' });
  await sleep(1000);
  await report(what, ['n1', 'n2']);
}

async function report(what: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const measured = (await node(id).order({ kind: 'measure' })) as Measured;
    const { role } = (await node(id).status()) satisfies ChildStatus;
    const delay = `${measured.loop_delay_p99_ms.toFixed(1)} ms, max ${measured.loop_delay_max_ms.toFixed(1)} ms`;
    console.log(
      `  ${id} (${role}) ${what}: rss ${mib(measured.rss_max_bytes)} MiB, loop delay p99 ${delay}`,
    );
  }
}

function node(id: string): NodeChild {
  const found = nodes.get(id);
  if (found === undefined) throw new Error(`node ${id} was not started`);
  return found;
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
