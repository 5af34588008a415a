import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { chmod, copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { createClusterKeys } from './create-cluster-keys.ts';
import { identityOf } from './identity.ts';
import { loadNodeKeys } from './load-node-keys.ts';
import { loadReceiptKey } from './load-receipt-key.ts';

const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;

async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

t.test('a new cluster gets a CA, a certificate per node and a receipt key', async (t) => {
  const folder = join(t.testdir(), 'pki');
  await createClusterKeys(folder, 'c-1', ['n1', 'n2']);
  t.same((await readdir(folder)).sort(), [
    'ca.crt',
    'ca.key',
    'n1.crt',
    'n1.key',
    'n2.crt',
    'n2.key',
    'receipt.key',
    'receipt.pub',
  ]);
  t.equal(await mode(folder), 0o700);
  for (const name of ['ca.key', 'n1.key', 'n2.key', 'receipt.key']) {
    t.equal(await mode(join(folder, name)), 0o600, name);
  }
  t.same(await readdir(join(folder, '..')), ['pki'], 'nothing is left beside it');
});

t.test('a node certificate says who it is and serves both ends', async (t) => {
  const folder = join(t.testdir(), 'pki');
  const now = new Date('2030-01-01T00:00:00Z');
  await createClusterKeys(folder, 'c-1', ['n1'], now);
  const certificate = new X509Certificate(await readFile(join(folder, 'n1.crt')));
  const authority = new X509Certificate(await readFile(join(folder, 'ca.crt')));
  t.equal(certificate.subject, 'CN=n1');
  t.equal(certificate.subjectAltName, 'URI:urn:quorum-lms:c-1:n1, DNS:n1');
  t.same(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  t.equal(certificate.ca, false);
  t.equal(authority.ca, true);
  t.ok(certificate.checkIssued(authority));
  t.ok(certificate.validToDate.getTime() - now.getTime() > 9.9 * YEAR_MS);
  t.ok(certificate.validFromDate < now);
});

t.test('keys are never overwritten', async (t) => {
  const folder = join(t.testdir(), 'pki');
  await createClusterKeys(folder, 'c-1', ['n1']);
  const before = await readFile(join(folder, 'n1.key'), 'utf8');
  await t.rejects(createClusterKeys(folder, 'c-2', ['n1']), { code: 'exists' });
  t.equal(await readFile(join(folder, 'n1.key'), 'utf8'), before);
  const raced = join(t.testdirName, 'raced');
  const outcomes = await Promise.allSettled([
    createClusterKeys(raced, 'c-1', ['n1']),
    createClusterKeys(raced, 'c-1', ['n1']),
  ]);
  t.same(outcomes.map((outcome) => outcome.status).sort(), ['fulfilled', 'rejected']);
  await t.resolves(loadNodeKeys(raced, 'n1'));
});

t.test('ids that cannot stand in a certificate are refused', async (t) => {
  const folder = join(t.testdir(), 'pki');
  for (const id of ['', 'N1', '../n1', 'n1, URI:x', 'a'.repeat(64), '-a', 'ca', 'receipt']) {
    await t.rejects(createClusterKeys(folder, 'c-1', [id]), { code: 'bad_id' }, id);
  }
  for (const id of ['', 'a:b', 'a b', 'a'.repeat(65)]) {
    await t.rejects(createClusterKeys(folder, id, ['n1']), { code: 'bad_id' }, id);
  }
  await t.rejects(stat(folder), { code: 'ENOENT' });
});

t.test('loading gives the keys and knows the nodes of its own cluster', async (t) => {
  const folder = join(t.testdir(), 'pki');
  const other = join(t.testdirName, 'other');
  await createClusterKeys(folder, 'c-1', ['n1', 'n2']);
  await createClusterKeys(other, 'c-2', ['n2']);
  const keys = await loadNodeKeys(folder, 'n1');
  t.equal(keys.cluster_id, 'c-1');
  t.equal(keys.node_id, 'n1');
  t.match(keys.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  t.equal(keys.nodeOf(new X509Certificate(await readFile(join(folder, 'n2.crt')))), 'n2');
  t.equal(keys.nodeOf(new X509Certificate(await readFile(join(other, 'n2.crt')))), null);
  t.equal(keys.nodeOf(new X509Certificate(keys.ca)), null);
  t.same(identityOf(new X509Certificate(keys.certificate)), { cluster_id: 'c-1', node_id: 'n1' });
});

t.test('what would not work or not be safe is refused', async (t) => {
  const folder = join(t.testdir(), 'pki');
  const other = join(t.testdirName, 'other');
  const at = (name: string) => join(folder, name);
  await createClusterKeys(folder, 'c-1', ['n1', 'n2', 'n3']);
  await createClusterKeys(other, 'c-2', ['n3']);

  await t.rejects(loadNodeKeys(folder, 'n9'), { code: 'missing', message: /n9\.crt.*init/ });
  await t.rejects(loadNodeKeys(folder, '../n1'), { code: 'bad_id' });

  await chmod(at('n1.key'), 0o640);
  await t.rejects(loadNodeKeys(folder, 'n1'), { code: 'permissions', message: /0640.*chmod 600/ });
  await chmod(at('n1.key'), 0o600);

  await copyFile(at('n2.key'), at('n1.key'));
  await t.rejects(loadNodeKeys(folder, 'n1'), { code: 'mismatch' });
  await copyFile(at('n2.crt'), at('n1.crt'));
  await t.rejects(loadNodeKeys(folder, 'n1'), { code: 'other_node', message: /node n2, not n1/ });

  await copyFile(join(other, 'n3.crt'), at('n3.crt'));
  await copyFile(join(other, 'n3.key'), at('n3.key'));
  await t.rejects(loadNodeKeys(folder, 'n3'), { code: 'other_cluster' });

  const late = new Date(Date.now() + 11 * YEAR_MS);
  await t.rejects(loadNodeKeys(folder, 'n2', late), { code: 'expired' });
  const early = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  await t.rejects(loadNodeKeys(folder, 'n2', early), { code: 'expired' });

  await writeFile(at('n2.crt'), 'not a certificate');
  await t.rejects(loadNodeKeys(folder, 'n2'), { code: 'unreadable' });
  await rm(at('ca.crt'));
  await t.rejects(loadNodeKeys(folder, 'n2'), { code: 'missing', message: /ca\.crt/ });
});

t.test('a forged certificate with the right names is not ours', async (t) => {
  const folder = join(t.testdir(), 'pki');
  const forged = join(t.testdirName, 'forged');
  await createClusterKeys(folder, 'c-1', ['n1']);
  await createClusterKeys(forged, 'c-1', ['n1']);
  await copyFile(join(forged, 'n1.crt'), join(folder, 'n1.crt'));
  await copyFile(join(forged, 'n1.key'), join(folder, 'n1.key'));
  await t.rejects(loadNodeKeys(folder, 'n1'), { code: 'other_cluster' });
});

t.test('the receipt key is loaded when it is one, and private', async (t) => {
  const folder = join(t.testdir(), 'pki');
  await createClusterKeys(folder, 'c-1', ['n1']);
  const path = join(folder, 'receipt.key');
  t.equal((await loadReceiptKey(folder)).asymmetricKeyType, 'ed25519');
  await chmod(path, 0o644);
  await t.rejects(loadReceiptKey(folder), { code: 'permissions', message: /chmod 600/ });
  const { privateKey } = generateKeyPairSync('x25519');
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await chmod(path, 0o600);
  await t.rejects(loadReceiptKey(folder), { code: 'mismatch', message: /x25519, not Ed25519/ });
  await writeFile(path, 'nothing');
  await t.rejects(loadReceiptKey(folder), { code: 'unreadable' });
  await rm(path);
  await t.rejects(loadReceiptKey(folder), { code: 'missing' });
});

t.test('the receipt key is an Ed25519 pair of its own', async (t) => {
  const folder = join(t.testdir(), 'pki');
  await createClusterKeys(folder, 'c-1', ['n1']);
  const { createPrivateKey, createPublicKey, sign, verify } = await import('node:crypto');
  const key = createPrivateKey(await readFile(join(folder, 'receipt.key')));
  const pub = createPublicKey(await readFile(join(folder, 'receipt.pub')));
  t.equal(key.asymmetricKeyType, 'ed25519');
  t.ok(verify(null, Buffer.from('x'), pub, sign(null, Buffer.from('x'), key)));
  const stranger = generateKeyPairSync('ed25519').privateKey;
  t.notOk(verify(null, Buffer.from('x'), pub, sign(null, Buffer.from('x'), stranger)));
});
