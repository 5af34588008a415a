import { recordLoginFailure } from '../lms/commands/record-login-failure.ts';
import { type LoginSubject, throttled, throttledUntil } from '../lms/login-throttle.ts';
import type { Credentials } from '../lms/queries/credentials.ts';
import { clientAddress } from './client-address.ts';
import type { ApiContext } from './env.ts';
import type { Passwords } from './passwords.ts';
import { submit } from './submit.ts';

/**
 * Whether the password is that of the account; `rate_limited` after too many failures, which are
 * counted for the account and for the client's address, on all nodes alike. An account that does not
 * exist (`null`) is refused, counted and throttled in the same way and the same time.
 */
export async function verifyPassword(
  c: ApiContext,
  passwords: Passwords,
  account: { readonly username_key: string; readonly credentials: Credentials | null },
  password: string,
): Promise<boolean> {
  const { reader } = c.env.foundation.replica;
  const subject: LoginSubject = {
    username_key: account.username_key,
    address: clientAddress(c),
  };
  const hash = account.credentials?.password_hash ?? null;
  const right = await passwords.verify(hash, password, () => {
    const now = Date.now();
    const until = throttledUntil(reader, subject, now);
    if (until !== null) throw throttled(until - now);
  });
  if (!right) await submit(c, recordLoginFailure, subject);
  return right;
}
