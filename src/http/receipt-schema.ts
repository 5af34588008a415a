import { z } from '@hono/zod-openapi';
import { ATTACHED_FILE_EXAMPLE } from './attached-file-schema.ts';
import { timestamp } from './units.ts';

const digest = z.string().openapi({ description: 'SHA-256, hex, lower case.' });

/** The compact JWS itself. */
export const receiptJws = z.string().openapi({
  description:
    'Compact JWS (RFC 7515), signed with Ed25519; the key is at `/.well-known/jwks.json`. Keep it: it ' +
    'proves what was handed in and when, and needs no server to be checked.',
  example: 'eyJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2lnbmF0dXJl',
});

/** What a receipt says; the members are described in `src/receipts/receipt-claims.ts`. */
export const receiptClaimsSchema = z
  .object({
    iss: z.string().openapi({ description: 'The cluster that signed it.' }),
    jti: z.string().openapi({ description: 'Id of the receipt.' }),
    sub: z.string().openapi({ description: 'Id of who handed in.' }),
    course_id: z.string(),
    assignment_id: z.string(),
    submission_id: z.string(),
    attempt: z.int(),
    text_sha256: digest.nullable().openapi({ description: 'Of `text_md` as UTF-8.' }),
    files: z.array(
      z.object({
        file_id: z.string(),
        filename: z.string(),
        size_bytes: z.int(),
        sha256: digest,
      }),
    ),
    received_at: timestamp,
    committed_at: timestamp,
    counted_at: timestamp.openapi({ description: 'Which of the two lateness is judged by.' }),
    log_index: z.int(),
    chain_hash: digest.openapi({ description: 'Of the log up to and with this entry.' }),
  })
  .openapi('ReceiptClaims');

export const CLAIMS_EXAMPLE: z.input<typeof receiptClaimsSchema> = {
  iss: 'urn:quorum-lms:school',
  jti: 'rcp_019a9457c1d07c1e8a5f4c2b7d3e9f10_1',
  sub: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  course_id: 'crs_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  assignment_id: 'asg_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  submission_id: 'sub_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  attempt: 1,
  text_sha256: null,
  files: [
    {
      file_id: ATTACHED_FILE_EXAMPLE.id,
      filename: ATTACHED_FILE_EXAMPLE.filename,
      size_bytes: ATTACHED_FILE_EXAMPLE.size_bytes,
      sha256: ATTACHED_FILE_EXAMPLE.sha256,
    },
  ],
  received_at: '2026-11-20T17:00:00.000Z',
  committed_at: '2026-11-20T17:00:00.020Z',
  counted_at: '2026-11-20T17:00:00.000Z',
  log_index: 4711,
  chain_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};

export const JWS_EXAMPLE = 'eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiIuLi4ifQ.c2lnbmF0dXJl';
