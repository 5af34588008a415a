import { receiptFacts } from '../lms/queries/receipts.ts';
import type { ReceiptClaims, ReceiptFacts } from '../receipts/receipt-claims.ts';
import type { ReceiptJwk } from '../receipts/receipt-signer.ts';
import type { ApiContext } from './env.ts';

/** Signs what this node knows; all nodes make the same bytes of the same facts. */
export interface Receipts {
  readonly jwk: ReceiptJwk;
  claims(facts: ReceiptFacts): ReceiptClaims;
  /** Compact JWS. */
  sign(claims: ReceiptClaims): Promise<string>;
}

/**
 * The receipt of an attempt that this node has just applied. Not a part of the command's result: the
 * chain hash is over that result, too.
 */
export function signReceipt(
  c: ApiContext,
  receipts: Receipts,
  submissionId: string,
  attempt: number,
): Promise<string> {
  const facts = receiptFacts(c.env.foundation.replica.reader, submissionId, attempt);
  if (facts === null) throw new Error('broken invariant: an applied attempt is not there');
  return receipts.sign(receipts.claims(facts));
}
