import { createHash } from 'node:crypto';
import type { ApiContext } from './env.ts';
import { Problem } from './problem.ts';

/** One member of the dictionary of RFC 9530: 32 bytes in base64. */
const SHA256_MEMBER = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

/**
 * The SHA-256 (hex) that `Content-Digest` announces for the body as it is sent, `null` without the
 * header. Other algorithms beside it are ignored, alone they are refused: a client that sends a
 * digest wants it to be checked.
 */
export function announcedDigest(c: ApiContext): string | null {
  const header = c.req.header('content-digest');
  if (header === undefined) return null;
  for (const member of header.split(',')) {
    const base64 = SHA256_MEMBER.exec(member.trim())?.[1];
    if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('hex');
  }
  throw new Problem(
    'invalid_header',
    'Content-Digest must have a SHA-256, such as sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=: (RFC 9530).',
  );
}

/** Passes a body on, and throws `digest_mismatch` at its end when it was not the announced one. */
export async function* checkedBody(
  body: AsyncIterable<Uint8Array>,
  announced: string | null,
): AsyncGenerator<Uint8Array> {
  if (announced === null) return yield* body;
  const hash = createHash('sha256');
  for await (const piece of body) {
    hash.update(piece);
    yield piece;
  }
  const found = hash.digest('hex');
  if (found === announced) return;
  throw new Problem(
    'digest_mismatch',
    'The body that arrived is not the one that Content-Digest announces. Nothing was kept; send it again.',
    { extra: { announced_sha256: announced, received_sha256: found } },
  );
}

/** `Repr-Digest` of a file (RFC 9530). */
export function digestHeader(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}
