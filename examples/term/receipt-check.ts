import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** What this script reads of a receipt; docs/RECEIPTS.md has all of it. */
interface Receipt {
  readonly sub: string;
  readonly submission_id: string;
  readonly attempt: number;
  readonly counted_at: string;
}

/**
 * Checks a receipt by the public key alone, as anybody can.
 *
 * @throws when the signature is not good
 */
export async function checkReceipt(jws: string, keys: JSONWebKeySet): Promise<Receipt> {
  const { payload } = await compactVerify(jws, createLocalJWKSet(keys), { algorithms: ['EdDSA'] });
  return JSON.parse(new TextDecoder().decode(payload));
}
