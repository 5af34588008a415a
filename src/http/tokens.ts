import { hash, randomBytes } from 'node:crypto';

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
