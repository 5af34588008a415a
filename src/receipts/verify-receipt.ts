import type { JSONWebKeySet } from 'jose';
import { JOSEError, JWKSNoMatchingKey, JWSSignatureVerificationFailed } from 'jose/errors';
import { createLocalJWKSet } from 'jose/jwks/local';
import { compactVerify } from 'jose/jws/compact/verify';
import {
  RECEIPT_ALGORITHM,
  RECEIPT_TYPE,
  type ReceiptClaims,
  receiptClaimsSchema,
} from './receipt-claims.ts';

export type ReceiptFault = 'malformed' | 'unknown_key' | 'bad_signature' | 'not_a_receipt';

/** Why something does not pass for a receipt; the message is for people. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
  readonly code: ReceiptFault;

  constructor(code: ReceiptFault, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What a receipt says, if one of these keys has signed it. Asks no server.
 *
 * @param jws compact JWS, without white space around it
 * @throws ReceiptError
 */
export async function verifyReceipt(jws: string, jwks: JSONWebKeySet): Promise<ReceiptClaims> {
  requireCanonical(jws);
  const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(jwks), {
    algorithms: [RECEIPT_ALGORITHM],
  }).catch(refuse);
  const parsed = receiptClaimsSchema.safeParse(asJson(payload));
  if (protectedHeader.typ !== RECEIPT_TYPE || !parsed.success) {
    throw new ReceiptError('not_a_receipt', 'The key has signed it, but it is no receipt.');
  }
  return parsed.data;
}

/** Decoders ignore bits that encoders never set: the same signature could be written in 16 ways. */
function requireCanonical(jws: string): void {
  const parts = jws.split('.');
  const isCanonical = (part: string) =>
    Buffer.from(part, 'base64url').toString('base64url') === part;
  if (parts.length === 3 && parts.every(isCanonical)) return;
  throw new ReceiptError(
    'malformed',
    'It is no compact JWS: three parts in Base64url with dots between them. Something was cut off or changed.',
  );
}

function refuse(error: unknown): never {
  if (error instanceof JWSSignatureVerificationFailed) {
    throw new ReceiptError('bad_signature', 'The signature is wrong: the receipt was changed.');
  }
  if (error instanceof JWKSNoMatchingKey) {
    throw new ReceiptError(
      'unknown_key',
      'None of these keys has signed it: it was changed, or is of another cluster.',
    );
  }
  if (error instanceof JOSEError) {
    throw new ReceiptError('malformed', `It is no signed receipt: ${error.message}.`);
  }
  throw error;
}

function asJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
