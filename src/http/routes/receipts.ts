import { z } from '@hono/zod-openapi';
import { getReceiptFacts, isInLog } from '../../lms/queries/receipts.ts';
import { ReceiptError, verifyReceipt } from '../../receipts/verify-receipt.ts';
import { idOf } from '../id-schema.ts';
import { maxReceiptChars } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { orNull } from '../or-null.ts';
import { read } from '../read.ts';
import { CLAIMS_EXAMPLE, JWS_EXAMPLE, receiptClaimsSchema, receiptJws } from '../receipt-schema.ts';
import type { Receipts } from '../receipts.ts';

const jwksOperation = operation(
  {
    method: 'get',
    path: '/.well-known/jwks.json',
    operationId: 'getReceiptKeys',
    summary: 'The public key of the receipts',
    description: 'A JSON Web Key Set (RFC 7517). The same on every node of the cluster.',
    tags: ['receipts'],
    responses: {
      200: json(
        z
          .object({
            keys: z.array(
              z.object({
                kty: z.literal('OKP'),
                crv: z.literal('Ed25519'),
                x: z.string(),
                kid: z.string().openapi({ description: 'RFC 7638 thumbprint.' }),
                alg: z.literal('EdDSA'),
                use: z.literal('sig'),
              }),
            ),
          })
          .openapi('ReceiptKeys'),
        'The keys.',
        {
          keys: [
            {
              kty: 'OKP',
              crv: 'Ed25519',
              x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
              kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
              alg: 'EdDSA',
              use: 'sig',
            },
          ],
        },
      ),
    },
  },
  { access: 'public' },
);

const getOperation = operation(
  {
    method: 'get',
    path: '/v1/receipts/{receipt_id}',
    operationId: 'getReceipt',
    summary: 'A receipt, once more',
    description:
      'The same bytes as when the work was handed in, from any node. For whose it is and for staff.',
    tags: ['receipts'],
    request: { params: z.object({ receipt_id: idOf('rcp') }) },
    responses: {
      200: json(
        z
          .object({ id: z.string(), receipt: receiptJws, claims: receiptClaimsSchema })
          .openapi('Receipt'),
        'The receipt.',
        { id: CLAIMS_EXAMPLE.jti, receipt: JWS_EXAMPLE, claims: CLAIMS_EXAMPLE },
      ),
    },
  },
  { problems: ['not_found'] },
);

const verifyOperation = operation(
  {
    method: 'post',
    path: '/v1/receipts/verify',
    operationId: 'verifyReceipt',
    summary: 'Check a receipt',
    description:
      'Who holds a receipt may know what it says. `lms verify-receipt` checks one without a server; ' +
      'here the log is looked at, too.',
    tags: ['receipts'],
    request: {
      body: jsonBody(z.strictObject({ receipt: z.string().max(maxReceiptChars) }), {
        receipt: JWS_EXAMPLE,
      }),
    },
    responses: {
      200: json(
        z
          .object({
            valid: z.boolean().openapi({ description: 'This cluster has signed it as it is.' }),
            fault: z
              .enum(['malformed', 'unknown_key', 'bad_signature', 'not_a_receipt'])
              .nullable()
              .openapi({ description: 'Why it is not valid.' }),
            detail: z.string().nullable(),
            in_log: z
              .boolean()
              .nullable()
              .openapi({
                description:
                  'The log has the entry with this chain hash. `false` for a valid receipt: the ' +
                  'cluster has lost what it acknowledged, or is not the one that signed.',
              }),
            claims: orNull(receiptClaimsSchema),
          })
          .openapi('ReceiptVerdict'),
        'What came out.',
        { valid: true, fault: null, detail: null, in_log: true, claims: CLAIMS_EXAMPLE },
      ),
    },
  },
  { isWrite: false, scope: 'read' },
);

export function receiptRoutes(receipts: Receipts) {
  const app = router();
  const keys = { keys: [{ ...receipts.jwk }] };

  app.openapi(jwksOperation, (c) => c.json(keys, 200));

  app.openapi(getOperation, async (c) => {
    const { receipt_id } = c.req.valid('param');
    const facts = await read(c, (reader, actor) => getReceiptFacts(reader, actor, receipt_id));
    const claims = receipts.claims(facts);
    return c.json({ id: claims.jti, receipt: await receipts.sign(claims), claims }, 200);
  });

  app.openapi(verifyOperation, async (c) => {
    const { receipt } = c.req.valid('json');
    try {
      const claims = await verifyReceipt(receipt.trim(), keys);
      const in_log = await read(c, (reader) => isInLog(reader, claims));
      return c.json({ valid: true, fault: null, detail: null, in_log, claims }, 200);
    } catch (error) {
      if (!(error instanceof ReceiptError)) throw error;
      const { code: fault, message: detail } = error;
      return c.json({ valid: false, fault, detail, in_log: null, claims: null }, 200);
    }
  });

  return app;
}
