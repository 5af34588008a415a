import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { lmsAdmin } from '../fixtures/admin-command.ts';
import { TestCluster } from '../fixtures/cluster.ts';
import { commandDisk, type DiskCommand, failingDiskEnv } from '../fixtures/failing-disk.ts';
import { until } from '../fixtures/until.ts';

t.setTimeout(240_000);

/** Three real nodes whose disks obey the test. */
async function start(t: Test) {
  const folder = t.testdir();
  const cluster = await TestCluster.start(t, { env: failingDiskEnv(folder) });
  const token = await cluster.admin();
  let courses = 0;
  const write = async (id: string) => {
    courses += 1;
    const body = { code: `C${courses}`, title: 'A course' };
    return await cluster.call(id, 'POST /v1/courses', { token, body });
  };
  const disk = (id: string, command: DiskCommand) => commandDisk(folder, id, command);
  const others = (id: string) => cluster.ids.filter((one) => one !== id);
  return { cluster, token, write, disk, others };
}

/** The node stops by itself: exit code 1, and one line for the operator. */
async function stopped(t: Test, cluster: TestCluster, id: string): Promise<string> {
  const { code } = await cluster.process(id).exited;
  t.equal(code, 1, 'exit code');
  const { stderr } = cluster.process(id);
  t.notMatch(stderr, /\n/, 'one line');
  return stderr;
}

t.test(
  'a failing fsync: the node stops and says which file; nothing acknowledged is lost',
  async (t) => {
    const { cluster, write, disk, others } = await start(t);
    const leader = await cluster.leader();
    t.equal((await write(leader)).status, 201);
    disk(leader, { fsync: 'EIO' });
    const [other = ''] = others(leader);
    t.equal((await write(other)).status, 201, 'through another node it goes on, on its own');
    t.match(
      await stopped(t, cluster, leader),
      /node n\d had to stop: \S+\/wal\/0000000001\.log could not be fsynced: EIO.*See to the disk of .*dmesg.*--replaces n\d/,
    );
    disk(leader, {});
    await cluster.restart(leader);
    const replicas = await cluster.settled();
    t.equal(new Set(replicas.map((one) => one.chain_hash)).size, 1);
  },
);

t.test(
  'a hanging disk: the leader gives way, and is one of the others when it goes on',
  async (t) => {
    const { cluster, write, disk, others } = await start(t);
    const leader = await cluster.leader();
    disk(leader, { stall_ms: 4_000 });
    const [other = ''] = others(leader);
    const answer = write(other);
    const next = await until('another leader', async () => {
      const now = await cluster.leader(others(leader)).catch(() => undefined);
      return now === leader ? undefined : now;
    });
    t.not(next, leader);
    t.equal((await answer).status, 201);
    disk(leader, {});
    await cluster.settled();
    t.equal(cluster.process(leader).running, true, 'it has not ended');
  },
);

t.test(
  'a low disk of the leader: 507 on every node, by itself over when there is room',
  async (t) => {
    const { cluster, token, write, disk } = await start(t);
    const leader = await cluster.leader();
    t.equal((await write(leader)).status, 201);
    const lowBytes = cluster.file.disk.reserve_bytes - 1;
    disk(leader, { free_bytes: lowBytes });
    const refused = await until('a refusal', async () => {
      const answer = await write(leader);
      return answer.status === 507 ? answer : undefined;
    });
    t.match(refused.body, { code: 'disk_low', outcome: 'not_applied', retryable: true });
    for (const id of cluster.ids) t.equal((await write(id)).status, 507, id);
    const said = await lmsAdmin('status', '--url', cluster.api(leader));
    t.match(said, new RegExp(`^${leader} +leader +(\\d+ +){4}low `, 'm'));
    const snapshot = await cluster.call(leader, 'POST /v1/cluster/snapshot', { token });
    t.match([snapshot.status, snapshot.body.code], [507, 'disk_low']);
    t.match(cluster.logOf(leader), /the disk is low, writes are refused/);
    t.equal((await cluster.call(leader, 'GET /v1/courses', { token })).status, 200, 'reads go on');
    disk(leader, {});
    await until('room again', async () => (await write(leader)).status === 201);
    await cluster.settled();
  },
);

t.test('a full disk of a follower: it waits, the others go on, and it catches up', async (t) => {
  const { cluster, write, disk, others } = await start(t);
  const leader = await cluster.leader();
  const [full = '', well = ''] = others(leader);
  disk(full, { free_bytes: 0, create: 'ENOSPC' });
  await until('it says so', async () => {
    await write(leader);
    return cluster.logOf(full).includes('the disk is full, the log waits');
  });
  for (let n = 0; n < 5; n += 1) t.equal((await write(n % 2 === 0 ? leader : well)).status, 201);
  t.equal(await cluster.leader(), leader, 'it brings nobody down');
  t.equal(cluster.process(full).running, true);
  disk(full, {});
  const replicas = await cluster.settled();
  t.equal(new Set(replicas.map((one) => one.chain_hash)).size, 1);
});

t.test(
  'a flipped bit is found when it is read, or at the start: file, offset, entry, way out',
  async (t) => {
    const { cluster, write } = await start(t);
    const leader = await cluster.leader();
    for (let n = 0; n < 5; n += 1) await write(leader);
    await sleep(100);
    await cluster.kill(leader);
    const wal = join(cluster.dataFolder(leader), 'wal');
    const name = readdirSync(wal).find((one) => one.endsWith('.log')) ?? '';
    const bytes = readFileSync(join(wal, name));
    bytes[4096 + 40] = (bytes[4096 + 40] ?? 0) ^ 1;
    writeFileSync(join(wal, name), bytes);
    cluster.launch(leader);
    t.match(
      await stopped(t, cluster, leader),
      /log is damaged: .*file \S+\/wal\/0000000001\.log, offset \d+, entries from index \d+ on.*nothing was changed.*under a new node id/,
    );
  },
);

t.test(
  'a disk that was put back to an older state: the node stops, the others go on',
  async (t) => {
    const { cluster, write, others } = await start(t);
    const leader = await cluster.leader();
    const [one = '', other = ''] = others(leader);
    await write(leader);
    await cluster.kill(one);
    const older = join(cluster.folder, 'older');
    cpSync(cluster.dataFolder(one), older, { recursive: true });
    await cluster.restart(one);
    for (let n = 0; n < 5; n += 1) t.equal((await write(one)).status, 201);
    await cluster.kill(one);
    rmSync(cluster.dataFolder(one), { recursive: true });
    cpSync(older, cluster.dataFolder(one), { recursive: true });
    cluster.launch(one);
    t.match(
      await stopped(t, cluster, one),
      /the log ends at entry \d+, but this node acknowledged entry \d+ .*put back to an older state.*under a new node id/,
    );
    t.equal((await write(other)).status, 201);
  },
);
