import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';
import { StubbornUpload } from '../fixtures/stubborn-upload.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(600_000);

const PRELOAD = new URL('../fixtures/die-on-order.ts', import.meta.url).href;
const PART_BYTES = 70_000;
const FILE_BYTES = 3 * PART_BYTES - 1;

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function nodesWith(cluster: TestCluster, sha256: string): string[] {
  const path = join('blobs', sha256.slice(0, 2), sha256);
  return cluster.ids.filter((id) => existsSync(join(cluster.dataFolder(id), path)));
}

async function download(cluster: TestCluster, id: string, file: string): Promise<string> {
  const response = await fetch(`${cluster.api(id)}/v1/files/${file}/content`, {
    headers: { Authorization: `Bearer ${await cluster.admin()}` },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return response.ok ? sha256Of(bytes) : `${response.status} ${bytes.toString()}`;
}

/** The victim may still do so much. */
async function orderDeath(cluster: TestCluster, victim: string, operations: number) {
  const order = `${cluster.dataFolder(victim)}.die`;
  writeFileSync(order, String(operations));
  cluster.process(victim).signal('SIGUSR2');
  await until('the order to be taken', () => (existsSync(order) ? undefined : true));
}

/** A majority may have the file without the victim, whose copy comes later: whether it lives to have it. */
async function survives(cluster: TestCluster, victim: string, sha256: string): Promise<boolean> {
  const end = await until(`${victim} to have its copy or to die`, () => {
    if (!cluster.process(victim).running) return 'dead';
    return nodesWith(cluster, sha256).includes(victim) ? 'alive' : undefined;
  });
  return end === 'alive';
}

/**
 * Uploads files, each in three parts that begin with the `first` node, and kills the victim one
 * operation later each time, until it survives. Returns how often it was killed.
 */
async function killAtEveryStage(t: Test, cluster: TestCluster, victim: string, first: string) {
  const token = await cluster.admin();
  for (let stage = 1; ; stage += 1) {
    const bytes = randomBytes(FILE_BYTES);
    const sha256 = sha256Of(bytes);
    await orderDeath(cluster, victim, stage);
    const upload = new StubbornUpload(cluster, token, bytes, cluster.ids.indexOf(first));
    const path = await upload.begin(`${victim}-${first}-${stage}`);
    const { file_id: file } = await upload.finish(path, PART_BYTES);
    const holders = nodesWith(cluster, sha256);
    if (holders.length < 2) t.fail(`stage ${stage}: acknowledged, and only on ${holders.join()}`);
    const survived = await survives(cluster, victim, sha256);
    for (const id of cluster.ids.filter((one) => one !== victim)) {
      const found = await download(cluster, id, file);
      if (found !== sha256) t.fail(`stage ${stage}: through ${id}: ${found}`);
    }
    if (survived) return stage - 1;
    await cluster.restart(victim);
    const rest = readdirSync(join(cluster.dataFolder(victim), 'blobs', 'tmp'));
    if (rest.length > 0) t.fail(`stage ${stage}: ${rest.length} half written files are left`);
    const found = await download(cluster, victim, file);
    if (found !== sha256) t.fail(`stage ${stage}: through the one that died: ${found}`);
  }
}

t.test('a node dies at every stage of an upload that goes through it', async (t) => {
  const cluster = await TestCluster.start(t, { env: { NODE_OPTIONS: `--import ${PRELOAD}` } });
  const killed = await killAtEveryStage(t, cluster, 'n1', 'n1');
  t.comment(`killed at ${killed} stages`);
  t.ok(killed > 15, `killed at ${killed} stages`);
});

t.test('a node dies at every stage of an upload that it takes copies of', async (t) => {
  const cluster = await TestCluster.start(t, { env: { NODE_OPTIONS: `--import ${PRELOAD}` } });
  const killed = await killAtEveryStage(t, cluster, 'n2', 'n1');
  t.comment(`killed at ${killed} stages`);
  t.ok(killed > 8, `killed at ${killed} stages`);
});

/** Sends a part, and is gone after so many bytes of it. */
async function breakOff(
  cluster: TestCluster,
  path: string,
  bytes: Buffer,
  after: number,
): Promise<void> {
  const outgoing = request(`${cluster.api('n1')}${path}`, {
    method: 'PATCH',
    headers: {
      Authorization: `Bearer ${await cluster.admin()}`,
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': String(bytes.length),
    },
  });
  outgoing.on('error', () => {});
  outgoing.flushHeaders();
  if (after > 0) await new Promise((resolve) => outgoing.write(bytes.subarray(0, after), resolve));
  // So that the bytes are read before the end is seen; what is lost otherwise is sent again.
  await sleep(20);
  const closed = new Promise((resolve) => outgoing.once('close', resolve));
  outgoing.destroy();
  await closed;
}

t.test('a client that dies goes on through another node, and the first may be gone', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  for (const after of [0, 1, 50_000, FILE_BYTES - 1]) {
    const bytes = randomBytes(FILE_BYTES);
    const upload = new StubbornUpload(cluster, token, bytes, 1);
    const path = await upload.begin(`broken-${after}`);
    await breakOff(cluster, path, bytes, after);
    const { file_id: file } = await upload.finish(path, FILE_BYTES);
    t.equal(await download(cluster, 'n3', file), sha256Of(bytes), `after ${after} bytes`);
  }

  const bytes = randomBytes(FILE_BYTES);
  const upload = new StubbornUpload(cluster, token, bytes, 0);
  const path = await upload.begin('first-gone');
  await breakOff(cluster, path, bytes, 100_000);
  const resumed = await until('what came is durable', async () => {
    const answer = await cluster.call('n2', `GET ${path}`, { token });
    return Number(answer.body.offset_bytes) > 0 ? Number(answer.body.offset_bytes) : undefined;
  });
  t.ok(resumed <= 100_000);
  await cluster.kill('n1');
  const { file_id: file, sent } = await upload.finish(path, FILE_BYTES);
  t.ok(sent <= 3, 'it went on from what was durable');
  t.equal(await download(cluster, 'n2', file), sha256Of(bytes));
  await cluster.restart('n1');
});

t.test('what was acknowledged survives the loss of any one disk', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  for (const lost of cluster.ids) {
    const bytes = randomBytes(FILE_BYTES);
    const upload = new StubbornUpload(cluster, token, bytes, cluster.ids.indexOf(lost));
    const { file_id: file } = await upload.finish(await upload.begin(`lost-${lost}`), PART_BYTES);
    await cluster.kill(lost);
    for (const id of cluster.running) t.equal(await download(cluster, id, file), sha256Of(bytes));
    await cluster.restart(lost);
  }
});
