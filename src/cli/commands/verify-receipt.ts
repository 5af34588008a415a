import { readFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { OperatorError } from '../../operator-error.ts';
import type { ReceiptClaims } from '../../receipts/receipt-claims.ts';
import { ReceiptError, verifyReceipt } from '../../receipts/verify-receipt.ts';

interface Options {
  readonly file: string;
  readonly jwks: string;
  readonly json: boolean;
}

/** What `/.well-known/jwks.json` answers, as far as it matters; keys of other kinds are passed over. */
const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

export const verifyReceiptCommand: CommandModule<object, Options> = {
  command: 'verify-receipt <file>',
  describe: 'Check a receipt, without a server',
  builder: {
    file: {
      type: 'string',
      demandOption: true,
      describe: 'The receipt, or the answer of the API that has it as "receipt"',
    },
    jwks: {
      type: 'string',
      demandOption: true,
      describe: 'The public key: what /.well-known/jwks.json of the cluster answers',
    },
    json: { type: 'boolean', default: false, describe: 'Print what it says as JSON' },
  },
  async handler({ file, jwks, json }) {
    const keys = jwksSchema.safeParse(parseJson(jwks, read(jwks)));
    if (!keys.success) {
      throw new OperatorError(
        `${jwks} is no key set: save what /.well-known/jwks.json of the cluster answers`,
      );
    }
    const receipt = receiptIn(file, read(file));
    const claims = await verifyReceipt(receipt, keys.data).catch((error: unknown) => {
      if (!(error instanceof ReceiptError)) throw error;
      throw new OperatorError(`${file} is NOT a good receipt: ${error.message}`, { cause: error });
    });
    console.log(json ? JSON.stringify(claims, null, 2) : describe(claims));
  },
};

function describe(claims: ReceiptClaims): string {
  const { files, text_sha256 } = claims;
  return [
    `The receipt is good: signed by ${claims.iss}.`,
    `  receipt     ${claims.jti}`,
    `  student     ${claims.sub}`,
    `  assignment  ${claims.assignment_id} (course ${claims.course_id})`,
    `  attempt     ${claims.attempt} of ${claims.submission_id}`,
    `  received    ${claims.received_at}`,
    `  committed   ${claims.committed_at}, entry ${claims.log_index} of the log`,
    `  counts as   ${claims.counted_at}`,
    `  log hash    ${claims.chain_hash}`,
    ...(text_sha256 === null ? [] : [`  text        sha256 ${text_sha256}`]),
    ...files.map(
      ({ filename, size_bytes, sha256 }) =>
        `  file        ${JSON.stringify(filename)}, ${size_bytes} bytes, sha256 ${sha256}`,
    ),
  ].join('\n');
}

/** The JWS itself, or an answer of the API around it. */
function receiptIn(path: string, text: string): string {
  if (!text.startsWith('{')) return text.trim();
  const answer = z.looseObject({ receipt: z.string() }).safeParse(parseJson(path, text));
  if (answer.success) return answer.data.receipt;
  throw new OperatorError(
    `${path} has no "receipt": give the answer to handing in, or the receipt`,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OperatorError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OperatorError(`${path} is no JSON: ${(error as Error).message}`);
  }
}
