import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { createCluster } from './admin/create-cluster.ts';
import { backupDigest } from './backup-file.ts';
import { loadClusterFile } from './config.ts';
import { TestMachine } from './lms/test-machine.ts';
import { passwordMark } from './lms/verified-password.ts';
import { restoreNode } from './restore-node.ts';

const HASH = '$argon2id$ann';
const CONTENT = 'what a student handed in';
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

/** A state with a login that can be refreshed, a personal token and a file; as a backup of it. */
async function backUp(folder: string): Promise<string> {
  const machine = new TestMachine(join(folder, 'made.db'));
  const user = { username: 'ann', username_key: 'ann', display_name: 'Ann', email: null };
  const account = { ...user, user_id: 'usr_ann', site_role: 'admin', password_hash: HASH };
  machine.must(null, 'CREATE_USER', account);
  const expires_at = machine.now + 1_000_000;
  machine.must(null, 'CREATE_SESSION', {
    new_session_id: 'ses_1',
    user_id: 'usr_ann',
    token_sha256: 'login',
    expires_at,
    verified_mark: passwordMark(HASH),
    address: null,
    refresh: { family_id: 'fam_1', token_sha256: 'refresh', expires_at },
  });
  const token = { token_id: 'ses_2', name: 'a program', scopes: ['read'], token_sha256: 'token' };
  machine.must('usr_ann', 'CREATE_TOKEN', { ...token, expires_at });
  const file = { file_id: 'fil_1', filename: 'a.txt', media_type: 'text/plain' };
  const bytes = { sha256: digest(CONTENT), size_bytes: CONTENT.length };
  machine.must('usr_ann', 'CREATE_FILE', { ...file, ...bytes, placed_at: machine.now });
  const path = join(folder, 'backup.sqlite3');
  await machine.machine.writeSnapshot(path);
  machine.close();
  return path;
}

async function setup(t: Test) {
  const folder = t.testdir();
  const backup = await backUp(folder);
  const restored_from = await backupDigest(backup);
  const cluster = await createCluster({ folder, nodes: 3, base_port: 8001, restored_from });
  const config = join(folder, 'cluster.json');
  const data = join(folder, 'n1');
  const given = { backup, files: undefined, cluster: loadClusterFile(config), config };
  t.equal(given.cluster.restored_from, restored_from);
  return { folder, cluster, given: { ...given, id: 'n1', data } };
}

function rowsOf(path: string, sql: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(sql).all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

t.test('a restored folder is that of a node of the new cluster; nobody is logged in', async (t) => {
  const { cluster, given } = await setup(t);
  const { index, term, lacking } = await restoreNode(given);
  t.match({ index, term, lacking }, { index: 4, term: 1, lacking: [{ id: 'fil_1' }] });
  const { data, backup } = given;
  const identity = JSON.parse(readFileSync(join(data, 'node.json'), 'utf8'));
  t.match(identity, { cluster_id: cluster.cluster_id, node_id: 'n1', join_index: 0 });
  t.same(identity.first_members, cluster.nodes);
  t.same(readdirSync(join(data, 'snapshots')).sort(), ['4-1.db', '4-1.json']);
  const sessions = 'SELECT id FROM sessions WHERE revoked_at IS NULL';
  t.equal(rowsOf(backup, sessions).length, 2, 'the backup stays as it is');
  for (const path of [join(data, 'lms.db'), join(data, 'snapshots', '4-1.db')]) {
    t.same(rowsOf(path, sessions), []);
    t.same(rowsOf(path, 'SELECT * FROM refresh_tokens'), []);
    t.match(rowsOf(path, 'SELECT username FROM users'), [{ username: 'ann' }]);
    const chain = 'SELECT applied_index, hex(chain_hash) AS hash FROM replica';
    t.same(rowsOf(path, chain), rowsOf(backup, chain));
  }
});

t.test('the same backup makes the same state on every node', async (t) => {
  const { folder, given } = await setup(t);
  await restoreNode(given);
  await restoreNode({ ...given, id: 'n2', data: join(folder, 'n2') });
  const rows = (id: string) => rowsOf(join(folder, id, 'lms.db'), 'SELECT * FROM sessions');
  t.same(rows('n2'), rows('n1'));
});

t.test('the contents of files come along, if they are what they should be', async (t) => {
  const { folder, given } = await setup(t);
  const files = join(folder, 'files');
  const sha256 = digest(CONTENT);
  const kept = join(files, sha256.slice(0, 2));
  mkdirSync(kept, { recursive: true });
  for (const wrong of [`${CONTENT.slice(1)}!`, `${CONTENT} and more`, '']) {
    writeFileSync(join(kept, sha256), wrong);
    const { lacking } = await restoreNode({ ...given, files });
    t.match(lacking, [{ sha256 }], wrong);
    rmSync(given.data, { recursive: true });
  }
  writeFileSync(join(kept, sha256), CONTENT);
  t.same((await restoreNode({ ...given, files })).lacking, []);
  const path = join(given.data, 'blobs', sha256.slice(0, 2), sha256);
  t.equal(readFileSync(path, 'utf8'), CONTENT);
});

t.test('what no node may begin with is refused, and nothing is made', async (t) => {
  const { folder, given } = await setup(t);
  const other = join(folder, 'other.sqlite3');
  writeFileSync(other, 'no database');
  const { restored_from: _, ...begins_empty } = given.cluster;
  const saysOther = { ...given.cluster, restored_from: await backupDigest(other) };
  const cases: [object, RegExp][] = [
    [{ backup: other }, /begins with the backup of SHA-256 .* the same file/],
    [{ backup: join(folder, 'nowhere') }, /nowhere cannot be read/],
    [{ backup: other, cluster: saysOther }, /no good backup.*not a database/],
    [{ cluster: begins_empty }, /begins empty.*init --dir DIR --backup/],
    [{ id: 'n9' }, /no node "n9"/],
  ];
  for (const [change, message] of cases) {
    await t.rejects(restoreNode({ ...given, ...change }), { name: 'OperatorError', message });
    t.notOk(existsSync(given.data));
  }
});

t.test('a backup of a newer program is refused, and one that is damaged', async (t) => {
  const { folder, given } = await setup(t);
  const changed = async (sql: string) => {
    const database = new DatabaseSync(given.backup);
    database.exec(sql);
    database.close();
    const restored_from = await backupDigest(given.backup);
    return { ...given, cluster: { ...given.cluster, restored_from } };
  };
  const newer = await changed('PRAGMA user_version = 9999');
  await t.rejects(restoreNode(newer), /no good backup.*written by a newer version/);
  t.notOk(existsSync(join(given.data, 'node.json')), 'no node starts with half of it');
  rmSync(given.data, { recursive: true });

  const page = readFileSync(given.backup);
  page.fill(7, 8192, 40_000);
  writeFileSync(given.backup, page);
  const restored_from = await backupDigest(given.backup);
  const damaged = { ...given, cluster: { ...given.cluster, restored_from } };
  await t.rejects(restoreNode(damaged), /no good backup/);
  t.notOk(existsSync(join(folder, 'n1')));
});

t.test('a folder that holds something is left as it is', async (t) => {
  const { given } = await setup(t);
  mkdirSync(given.data);
  writeFileSync(join(given.data, 'thesis.txt'), '');
  await t.rejects(restoreNode(given), /holds "thesis.txt"/);
  t.same(readdirSync(given.data), ['thesis.txt']);
  rmSync(given.data, { recursive: true });
  await restoreNode(given);
  await t.rejects(restoreNode(given), /holds data of n1 already/);
  t.equal((await restoreNode({ ...given, data: `${given.data}-again` })).index, 4);
});
