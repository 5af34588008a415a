import { z } from 'zod';

/** Of the JOSE header; so that no other JWS of the same key could pass for a receipt. */
export const RECEIPT_TYPE = 'lms-receipt+jws';
/** RFC 8037: with a key on the curve Ed25519. */
export const RECEIPT_ALGORITHM = 'EdDSA';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime({ precision: 3 });

/** What a receipt says. The order of the members is that of the signed bytes. */
export const receiptClaimsSchema = z.strictObject({
  /** `urn:quorum-lms:<cluster_id>` */
  iss: z.string(),
  /** Id of the receipt: of the submission and the number of the attempt. */
  jti: z.string(),
  /** Id of who handed in. */
  sub: z.string(),
  course_id: z.string(),
  assignment_id: z.string(),
  submission_id: z.string(),
  attempt: z.int().min(1),
  /** Of the text as UTF-8, hex; `null` when there was none. */
  text_sha256: sha256.nullable(),
  /** In the order in which they were handed in. */
  files: z.array(
    z.strictObject({
      file_id: z.string(),
      filename: z.string(),
      size_bytes: z.int().min(0),
      sha256,
    }),
  ),
  /** By the clock of the node that took the request. */
  received_at: time,
  /** By the log. */
  committed_at: time,
  /** Which of the two lateness is judged by. */
  counted_at: time,
  log_index: z.int().min(1),
  /** Of the log up to and with this entry, hex. */
  chain_hash: sha256,
});

export type ReceiptClaims = z.infer<typeof receiptClaimsSchema>;

/** What the state machine knows of it: all but who signs. */
export type ReceiptFacts = Omit<ReceiptClaims, 'iss'>;
