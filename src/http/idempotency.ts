import { createHash } from 'node:crypto';
import type { ApiContext } from './env.ts';
import { maxIdempotencyKeyChars } from './limits.ts';
import { Problem } from './problem.ts';

const KEY = new RegExp(`^[\\x21-\\x7e]{1,${maxIdempotencyKeyChars}}$`);

/** The `Idempotency-Key` of a POST, `null` without one; `invalid_header` when it cannot be one. */
export function idempotencyKey(c: ApiContext): string | null {
  const key = c.req.header('idempotency-key');
  if (key === undefined || c.req.method !== 'POST') return null;
  if (KEY.test(key)) return key;
  throw new Problem(
    'invalid_header',
    `Idempotency-Key must be 1 to ${maxIdempotencyKeyChars} visible ASCII characters.`,
  );
}

/**
 * SHA-256 (hex) of method, path, canonical body and the digests of files that came with it: two
 * requests with one key must agree in it. The order of members in JSON does not matter.
 */
export function fingerprint(c: ApiContext, digests: readonly string[]): string {
  const body = c.get('jsonBody');
  const parts = [c.req.method, c.req.path, body === undefined ? '' : canonical(body), ...digests];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** JSON with sorted keys. Bodies are at most 32 deep, so recursion is bounded. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
