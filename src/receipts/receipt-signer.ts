import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign } from 'jose/jws/compact/sign';
import {
  RECEIPT_ALGORITHM,
  RECEIPT_TYPE,
  type ReceiptClaims,
  type ReceiptFacts,
  receiptClaimsSchema,
} from './receipt-claims.ts';

/** A public key as JSON (RFC 7517, RFC 8037). */
export interface ReceiptJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: typeof RECEIPT_ALGORITHM;
  readonly use: 'sig';
}

/** Signs the receipts of one cluster; every node of it makes the same bytes of the same facts. */
export class ReceiptSigner {
  readonly jwk: ReceiptJwk;
  readonly #key: KeyObject;
  readonly #issuer: string;

  /** @param key a private Ed25519 key */
  constructor(key: KeyObject, clusterId: string) {
    this.#key = key;
    this.#issuer = `urn:quorum-lms:${clusterId}`;
    this.jwk = publicJwk(key);
  }

  claims(facts: ReceiptFacts): ReceiptClaims {
    return inOrder({ iss: this.#issuer, ...facts });
  }

  /** The receipt as compact JWS. */
  sign(claims: ReceiptClaims): Promise<string> {
    const payload = new TextEncoder().encode(JSON.stringify(inOrder(claims)));
    return new CompactSign(payload)
      .setProtectedHeader({ alg: RECEIPT_ALGORITHM, kid: this.jwk.kid, typ: RECEIPT_TYPE })
      .sign(this.#key);
  }
}

/** Zod gives the members in the order of the schema, whatever order they came in. */
function inOrder(claims: ReceiptClaims): ReceiptClaims {
  return receiptClaimsSchema.parse(claims);
}

function publicJwk(key: KeyObject): ReceiptJwk {
  const { crv, x } = createPublicKey(key).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) {
    throw new Error(`broken invariant: receipts are signed with Ed25519, not ${crv}`);
  }
  // RFC 7638: the required members in the order of the alphabet, without spaces.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty: 'OKP', x }));
  const kid = thumbprint.digest('base64url');
  return { kty: 'OKP', crv, x, kid, alg: RECEIPT_ALGORITHM, use: 'sig' };
}
