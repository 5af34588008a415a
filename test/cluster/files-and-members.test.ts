import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(200_000);

/** Uploads random bytes and resolves with their digest. */
async function upload(cluster: TestCluster, id: string): Promise<string> {
  const token = await cluster.admin();
  const body = randomBytes(100_000);
  const answer = await cluster.call(id, 'POST /v1/files?filename=a.bin', { token, body });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return String(answer.body.sha256);
}

function has(cluster: TestCluster, id: string, sha256: string): boolean {
  return existsSync(join(cluster.dataFolder(id), 'blobs', sha256.slice(0, 2), sha256));
}

t.test('a new node fetches all files', async (t) => {
  const cluster = await TestCluster.start(t);
  const files = [await upload(cluster, 'n1'), await upload(cluster, 'n2')];
  const [api = 0, raft = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${api}`;
  const bundle = join(cluster.folder, 'n4.join.json');
  await lmsAdmin(
    ...['add-node', '--url', cluster.api('n1'), '--pki', join(cluster.folder, 'pki')],
    ...['--id', 'n4', '--raft', `127.0.0.1:${raft}`, '--api', url, '--out', bundle],
  );
  cluster.joins('n4', url, bundle);
  await cluster.restart('n4');
  await until('the new node to have all files', () =>
    files.every((sha256) => has(cluster, 'n4', sha256)) ? true : undefined,
  );
  const storage = await cluster.call('n4', 'GET /v1/cluster/storage', {
    token: await cluster.admin(),
  });
  t.match(storage.body, { missing_files: 0, damaged_files: 0 });
});

t.test('a node that leaves waits until the others have what it has', async (t) => {
  const cluster = await TestCluster.start(t);
  await cluster.leader();
  cluster.pause('n2');
  const files = [await upload(cluster, 'n1'), await upload(cluster, 'n3')];
  t.same(
    files.map((sha256) => has(cluster, 'n2', sha256)),
    [false, false],
  );
  cluster.resume('n2');
  const { exited } = cluster.process('n3');
  await until('the change', async () => {
    try {
      await lmsAdmin('remove-node', '--url', cluster.api('n1'), '--id', 'n3');
      return true;
    } catch (error) {
      // Until it hears from the one that slept again.
      if (/files_unsafe|members_unsafe|no_quorum/.test(String(error))) return undefined;
      throw error;
    }
  });
  t.same(
    files.map((sha256) => has(cluster, 'n2', sha256)),
    [true, true],
  );
  cluster.leaves('n3');
  await exited;
});
