import { defineCommand } from '../command.ts';
import { sessionsForgottenAtOnce } from '../limits.ts';
import { forgiveAccount, throttledUntil } from '../login-throttle.ts';
import { Refusal } from '../refusal.ts';
import { requireVerified } from '../verified-password.ts';

export interface CreateSession {
  readonly session_id: string;
  readonly user_id: string;
  /** Hex. The token itself is nowhere but with its owner. */
  readonly token_sha256: string;
  /** Ms since the epoch. */
  readonly expires_at: number;
  /** `passwordMark` of the hash that the password was verified against. */
  readonly verified_mark: string;
  readonly address: string | null;
}

/** A login that succeeded. Judged once more here: the password, the account and the throttle. */
export const createSession = defineCommand<CreateSession, null>({
  kind: 'CREATE_SESSION',
  v: 1,
  apply(tx, command) {
    const user = requireVerified(tx, command.user_id, command.verified_mark);
    const subject = { username_key: user.username_key, address: command.address };
    const until = throttledUntil(tx, subject, tx.committedAt);
    if (until !== null) throw throttled(until - tx.committedAt);
    forgiveAccount(tx, user.username_key);
    tx.run(
      `DELETE FROM sessions WHERE id IN
         (SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?)`,
      tx.committedAt,
      sessionsForgottenAtOnce,
    );
    tx.run(
      'INSERT INTO sessions VALUES (?, ?, ?, ?, ?, NULL)',
      command.session_id,
      user.id,
      command.token_sha256,
      tx.committedAt,
      command.expires_at,
    );
    tx.target(user.id);
    return null;
  },
});

/** Too many failures; `retry_after_seconds` says when to come back. */
export function throttled(ms: number): Refusal {
  const seconds = Math.ceil(ms / 1000);
  return new Refusal('rate_limited', `Too many failed logins. Try again in ${seconds} seconds.`, {
    extra: { retry_after_seconds: seconds },
  });
}
