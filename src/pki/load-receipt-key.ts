import { createPrivateKey, type KeyObject } from 'node:crypto';
import { keyFiles } from './key-files.ts';
import { KeysError } from './keys-error.ts';
import { assertPrivate, parsePem, readPem } from './read-key-file.ts';

/**
 * The key that signs receipts, the same on every node of the cluster. Throws `KeysError` 'missing',
 * 'unreadable', 'permissions', or 'mismatch' when it is no Ed25519 key.
 */
export async function loadReceiptKey(folder: string): Promise<KeyObject> {
  const { key: path } = keyFiles.receipt(folder);
  await assertPrivate(path);
  const pem = await readPem(path);
  const key = parsePem(path, () => createPrivateKey(pem));
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new KeysError(
    'mismatch',
    `${path} is a key of type ${key.asymmetricKeyType}, not Ed25519: copy it from where the keys were made`,
  );
}
