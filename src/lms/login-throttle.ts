import {
  loginWindowMs,
  maxAccountLoginFailures,
  maxAddressLoginFailures,
  maxAddressRegistrations,
} from './limits.ts';
import type { Reader } from './reader.ts';
import { Refusal } from './refusal.ts';
import type { Tx } from './tx.ts';

/** Whose failures count together: an account, existing or not, and where the attempts come from. */
export interface LoginSubject {
  /** As `usernameKey` makes it. */
  readonly username_key: string;
  /** Client address (IPv6: its /64), `null` when it is not known. */
  readonly address: string | null;
}

interface Counter {
  readonly key: string;
  readonly maxFailures: number;
}

/**
 * Ms since the epoch until which logins of this subject are refused, `null` when they are not.
 * The same for names that do not exist, so it tells nothing.
 */
export function throttledUntil(reader: Reader, subject: LoginSubject, now: number): number | null {
  return endOf(reader, countersOf(subject), now);
}

/** The same for people who register themselves, by where they come from. */
export function registrationsThrottledUntil(
  reader: Reader,
  address: string | null,
  now: number,
): number | null {
  return endOf(reader, [registrationCounter(address)], now);
}

/** Too many of something; `retry_after_seconds` says when to come back. */
export function throttled(ms: number, what = 'failed logins'): Refusal {
  const seconds = Math.ceil(ms / 1000);
  return new Refusal('rate_limited', `Too many ${what}. Try again in ${seconds} seconds.`, {
    extra: { retry_after_seconds: seconds },
  });
}

/** Counts one failure; a window begins with its first. */
export function countFailure(tx: Tx, subject: LoginSubject): void {
  count(tx, countersOf(subject));
}

export function countRegistration(tx: Tx, address: string | null): void {
  count(tx, [registrationCounter(address)]);
}

/** A success forgives the account, not the address: that one may be guessing at others too. */
export function forgiveAccount(tx: Tx, usernameKey: string): void {
  tx.run('DELETE FROM login_failures WHERE subject = ?', accountKey(usernameKey));
}

function accountKey(usernameKey: string): string {
  return `account:${usernameKey}`;
}

function countersOf(subject: LoginSubject): Counter[] {
  const account = {
    key: accountKey(subject.username_key),
    maxFailures: maxAccountLoginFailures,
  };
  if (subject.address === null) return [account];
  return [account, { key: `address:${subject.address}`, maxFailures: maxAddressLoginFailures }];
}

/** Where the address is not known, all such registrations count together. */
function registrationCounter(address: string | null): Counter {
  return { key: `registration:${address ?? ''}`, maxFailures: maxAddressRegistrations };
}

function endOf(reader: Reader, counters: readonly Counter[], now: number): number | null {
  const ends = counters.flatMap(({ key, maxFailures }) => {
    const row = reader.get<{ failures: number; window_from: number }>(
      'SELECT failures, window_from FROM login_failures WHERE subject = ?',
      key,
    );
    const end = row === undefined ? 0 : row.window_from + loginWindowMs;
    return row !== undefined && row.failures >= maxFailures && end > now ? [end] : [];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}

function count(tx: Tx, counters: readonly Counter[]): void {
  const from = tx.committedAt - loginWindowMs;
  tx.run(
    `DELETE FROM login_failures WHERE subject IN
       (SELECT subject FROM login_failures WHERE window_from <= ? ORDER BY window_from, subject LIMIT 100)`,
    from,
  );
  for (const { key } of counters) {
    tx.run(
      `INSERT INTO login_failures VALUES (?1, 1, ?2)
       ON CONFLICT (subject) DO UPDATE SET
         failures = CASE WHEN window_from <= ?3 THEN 1 ELSE failures + 1 END,
         window_from = CASE WHEN window_from <= ?3 THEN ?2 ELSE window_from END`,
      key,
      tx.committedAt,
      from,
    );
  }
}
