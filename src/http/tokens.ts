import { hash, randomBytes } from 'node:crypto';
import { maxRememberedTokens } from './limits.ts';

/** What each kind of token begins with: so that a leaked one can be told, and searched for. */
const PREFIXES = {
  access: 'lms_',
  refresh: 'lms_rt_',
  personal: 'lms_pat_',
  calendar: 'lms_cal_',
} as const;

/** 256 random bits. */
export function newToken(kind: keyof typeof PREFIXES): string {
  return PREFIXES[kind] + randomBytes(32).toString('base64url');
}

/** How a token is stored: SHA-256, hex. 256 random bits need no salt and no slow hash. */
export function tokenHash(token: string): string {
  return hash('sha256', token);
}

const remembered = new Map<string, string>();

/**
 * `tokenHash`, remembered: a client sends the same token with every request, and to hash it costs more
 * than all else that is asked about a caller. Says nothing of whether the token is good.
 */
export function rememberedTokenHash(token: string): string {
  const known = remembered.get(token);
  if (known !== undefined) return known;
  const digest = tokenHash(token);
  if (remembered.size >= maxRememberedTokens) remembered.clear();
  remembered.set(token, digest);
  return digest;
}
