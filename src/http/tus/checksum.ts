import { createHash, type Hash } from 'node:crypto';
import { announcedDigest } from '../content-digest.ts';
import type { ApiContext } from '../env.ts';
import { Problem } from '../problem.ts';

/** The protocol asks for SHA-1; it is no protection against anybody, only against damage. */
export const CHECKSUM_ALGORITHMS: readonly string[] = ['sha1', 'sha256', 'sha512', 'md5'];

/** A digest that a body must have. */
export class ExpectedChecksum {
  readonly #hash: Hash;
  readonly #expected: Buffer;

  constructor(algorithm: string, expected: Buffer) {
    this.#hash = createHash(algorithm);
    this.#expected = expected;
  }

  /** Passes the body on, and looks at it. */
  async *watch(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      this.#hash.update(piece);
      yield piece;
    }
  }

  /** Once, at the end. @throws `checksum_mismatch` */
  verify(): void {
    if (this.#hash.digest().equals(this.#expected)) return;
    throw new Problem(
      'checksum_mismatch',
      'The part that arrived does not have the announced checksum. Nothing of it was kept; send it again.',
    );
  }
}

/** What `Upload-Checksum`, or `Content-Digest` (RFC 9530), says of the body of this request. */
export function expectedChecksum(c: ApiContext): ExpectedChecksum | null {
  const header = c.req.header('upload-checksum');
  if (header === undefined) {
    const sha256 = announcedDigest(c);
    return sha256 === null ? null : new ExpectedChecksum('sha256', Buffer.from(sha256, 'hex'));
  }
  const [, algorithm = '', base64 = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(header) ?? [];
  if (!CHECKSUM_ALGORITHMS.includes(algorithm)) {
    throw new Problem(
      'invalid_header',
      `Upload-Checksum must be one of ${CHECKSUM_ALGORITHMS.join(', ')}, a space, and the checksum in base64.`,
    );
  }
  return new ExpectedChecksum(algorithm, Buffer.from(base64, 'base64'));
}
