import { defineCommand } from '../command.ts';
import { maxSessionsPerUser, sessionsForgottenAtOnce } from '../limits.ts';
import { forgiveAccount, throttled, throttledUntil } from '../login-throttle.ts';
import { type UserResource, userById } from '../queries/users.ts';
import { endOldestFamilies, openFamily } from '../refresh-families.ts';
import type { Tx } from '../tx.ts';
import { requireVerified } from '../verified-password.ts';

export interface CreateSession {
  readonly new_session_id: string;
  readonly user_id: string;
  /** Hex. The token itself is nowhere but with its owner. */
  readonly token_sha256: string;
  /** Ms since the epoch. */
  readonly expires_at: number;
  /** `passwordMark` of the hash that the password was verified against. */
  readonly verified_mark: string;
  readonly address: string | null;
  /** Absent: the login cannot be refreshed. */
  readonly refresh?: {
    readonly family_id: string;
    /** Hex, of the refresh token. */
    readonly token_sha256: string;
    /** Ms since the epoch: the end of the login, however often it is refreshed. */
    readonly expires_at: number;
  };
}

export interface OpenedSession {
  readonly user: UserResource;
}

/** A login that succeeded. Judged once more here: the password, the account and the throttle. */
export const createSession = defineCommand<CreateSession, OpenedSession>({
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
      `INSERT INTO sessions (id, user_id, token_sha256, created_at, expires_at, family_id)
       VALUES (?, ?, ?, ?, ?, ?)`,
      command.new_session_id,
      user.id,
      command.token_sha256,
      tx.committedAt,
      command.expires_at,
      command.refresh?.family_id ?? null,
    );
    openRefresh(tx, command);
    endOldest(tx, user.id);
    tx.target(user.id);
    const resource = userById(tx, user.id);
    if (resource === null) throw new Error('broken invariant: a verified user is not there');
    return { user: resource };
  },
});

function openRefresh(tx: Tx, { user_id, new_session_id, refresh }: CreateSession): void {
  if (refresh === undefined) return;
  openFamily(tx, {
    id: refresh.family_id,
    user_id,
    session_id: new_session_id,
    current_sha256: refresh.token_sha256,
    expires_at: refresh.expires_at,
  });
  endOldestFamilies(tx, user_id, maxSessionsPerUser);
}

/** Whoever logs in again and again must not fill the table. */
function endOldest(tx: Tx, userId: string): void {
  tx.run(
    `DELETE FROM sessions WHERE user_id = ?1 AND scopes IS NULL AND id NOT IN
       (SELECT id FROM sessions WHERE user_id = ?1 AND scopes IS NULL
         ORDER BY created_at DESC, id DESC LIMIT ?2)`,
    userId,
    maxSessionsPerUser,
  );
}
