import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  certificatePem,
  createAuthority,
  issueNodeCertificate,
  privateKeyPem,
} from './certificates.ts';
import { assertClusterId, assertNodeId } from './identity.ts';
import { CERTIFICATE_MODE, KEY_MODE, keyFiles } from './key-files.ts';
import { KeysError } from './keys-error.ts';

/**
 * Makes a CA, a certificate per node and the receipt key in `folder`, all of them or none.
 * Throws `KeysError` 'exists' when the folder is there and not empty, 'bad_id' for ids that
 * cannot stand in a certificate.
 */
export async function createClusterKeys(
  folder: string,
  cluster_id: string,
  node_ids: readonly string[],
  now = new Date(),
): Promise<void> {
  assertClusterId(cluster_id);
  for (const node_id of node_ids) assertNodeId(node_id);

  const parent = dirname(resolve(folder));
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, `.${basename(folder)}-`));
  try {
    await writeAuthorityAndNodes(draft, cluster_id, node_ids, now);
    await writeReceiptKey(draft);
    await fsyncFolder(draft);
    await moveIntoPlace(draft, folder);
    await fsyncFolder(parent);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function writeAuthorityAndNodes(
  draft: string,
  cluster_id: string,
  node_ids: readonly string[],
  now: Date,
): Promise<void> {
  const authority = await createAuthority(cluster_id, now);
  const files = keyFiles.authority(draft);
  await write(files.certificate, certificatePem(authority.certificate), CERTIFICATE_MODE);
  await write(files.key, privateKeyPem(authority.keys.privateKey), KEY_MODE);
  for (const node_id of node_ids) {
    const node = await issueNodeCertificate(authority, { cluster_id, node_id }, now);
    await write(keyFiles.node(draft, node_id).certificate, node.certificate, CERTIFICATE_MODE);
    await write(keyFiles.node(draft, node_id).key, node.key, KEY_MODE);
  }
}

async function writeReceiptKey(draft: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await write(keyFiles.receipt(draft).key, privateKey, KEY_MODE);
  await write(keyFiles.receipt(draft).public_key, publicKey, CERTIFICATE_MODE);
}

function write(path: string, text: string, mode: number): Promise<void> {
  return writeFile(path, text, { mode, flag: 'wx', flush: true });
}

/** What guards the keys: a `rename` cannot replace a folder that is not empty. */
async function moveIntoPlace(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    throw new KeysError(
      'exists',
      `${folder} already holds files, and keys are never overwritten: choose another folder, or move this one away if its cluster is gone`,
      { cause: error },
    );
  }
}

async function fsyncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
