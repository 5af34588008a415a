import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TestCluster } from '../fixtures/cluster.ts';
import { inStateFile } from '../fixtures/state-file.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(120_000);

const FILE_BYTES = 300_000;

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[1000] = (bytes[1000] ?? 0) ^ 4;
  writeFileSync(path, bytes);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

t.test('a flipped bit is found while nobody reads, and repaired from another node', async (t) => {
  const cluster = await TestCluster.start(t);
  const token = await cluster.admin();
  const content = randomBytes(FILE_BYTES);
  const made = await cluster.call('n1', 'POST /v1/files?filename=a.bin', { token, body: content });
  t.equal(made.status, 201);
  const sha256 = sha256Of(content);
  const blobOf = (id: string) => join(cluster.dataFolder(id), 'blobs', sha256.slice(0, 2), sha256);
  await until('all to have it', () => {
    const all = cluster.ids.map((id) => readdirSync(join(blobOf(id), '..')).includes(sha256));
    return all.every(Boolean) ? true : undefined;
  });
  await inStateFile(cluster.dataFolder('n2'), 'SELECT 1 FROM files');
  // Its background begins anew with the node.
  await cluster.kill('n2');
  flipBit(blobOf('n2'));
  await cluster.restart('n2');
  const found = await until('the damage to be found and repaired', async () => {
    const { body } = await cluster.call('n2', 'GET /v1/cluster/storage', { token });
    return body.repaired_total === 1 ? body : undefined;
  });
  t.match(found, { damaged_files: 0, damaged_total: 1, missing_files: 0 });
  t.equal(sha256Of(readFileSync(blobOf('n2'))), sha256);
  t.equal(readdirSync(join(cluster.dataFolder('n2'), 'blobs', 'quarantine')).length, 1);
  const metrics = await cluster.call('n2', 'GET /metrics');
  t.match(metrics.body.text, /^lms_blobs_repaired_total 1$/m);
});

t.test('damage on all nodes: 503, never wrong bytes', async (t) => {
  const cluster = await TestCluster.start(t, {
    settings: { files: filesSettings(0) },
  });
  const token = await cluster.admin();
  const content = randomBytes(FILE_BYTES);
  const made = await cluster.call('n1', 'POST /v1/files?filename=a.bin', { token, body: content });
  const sha256 = sha256Of(content);
  const paths = cluster.ids.map((id) => [cluster.dataFolder(id), sha256.slice(0, 2), sha256]);
  await until('all to have it', () => {
    const all = paths.map(([data = '', shard = '']) =>
      readdirSync(join(data, 'blobs', shard)).includes(sha256),
    );
    return all.every(Boolean) ? true : undefined;
  });
  for (const [data = '', shard = '', name = ''] of paths) flipBit(join(data, 'blobs', shard, name));
  for (const id of cluster.ids) {
    const answer = await cluster.call(id, `GET /v1/files/${made.body.id}/content`, { token });
    t.equal(answer.status, 503);
    t.match(answer.body, { code: 'file_unavailable', retryable: true });
  }
});

function filesSettings(scrubBytesPerSecond: number) {
  return {
    max_file_bytes: 10_000_000,
    max_unattached_bytes: 100_000_000,
    scrub_bytes_per_second: scrubBytesPerSecond,
  };
}
