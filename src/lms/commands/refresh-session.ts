import { defineCommand } from '../command.ts';
import { refreshGraceMs } from '../limits.ts';
import { type UserResource, userById } from '../queries/users.ts';
import {
  endFamily,
  familyOfToken,
  moveFamilyOn,
  type RefreshFamily,
  type Standing,
  standingOf,
} from '../refresh-families.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';

export interface RefreshSession {
  /** Hex, of the refresh token that came. */
  readonly presented_sha256: string;
  readonly new_session_id: string;
  /** Hex, of the next access token and of the next refresh token. */
  readonly token_sha256: string;
  readonly refresh_sha256: string;
  /** Ms since the epoch; of the access token, which never outlives the login that it comes from. */
  readonly expires_at: number;
}

export type Refreshed =
  | {
      readonly outcome: 'refreshed';
      readonly user: UserResource;
      /** Ms since the epoch. */
      readonly expires_at: number;
      readonly refresh_expires_at: number;
    }
  | { readonly outcome: 'reused'; readonly user_id: string };

/**
 * The next session of a login. A refresh token counts once; one that comes a second time is known to
 * somebody else too, and ends the login (RFC 9700 §4.14.2). That is a value and not a refusal: a refusal
 * writes nothing.
 */
export const refreshSession = defineCommand<RefreshSession, Refreshed>({
  kind: 'REFRESH_SESSION',
  v: 1,
  apply(tx, command) {
    const family = familyOfToken(tx, command.presented_sha256);
    if (family === null || family.expires_at <= tx.committedAt) throw notKnown();
    const user = activeUser(tx, family.user_id);
    tx.target(user.id);
    const standing = standingOf(family, command.presented_sha256, tx.committedAt);
    if (standing === 'reused') return endReused(tx, family);
    if (standing === 'exhausted') throw notKnown();
    const expiresAt = Math.min(command.expires_at, family.expires_at);
    endBefore(tx, family, standing);
    tx.run(
      `INSERT INTO sessions (id, user_id, token_sha256, created_at, expires_at, family_id)
       VALUES (?, ?, ?, ?, ?, ?)`,
      command.new_session_id,
      user.id,
      command.token_sha256,
      tx.committedAt,
      expiresAt,
      family.id,
    );
    const next = { session_id: command.new_session_id, current_sha256: command.refresh_sha256 };
    moveFamilyOn(tx, family, next, standing);
    return {
      outcome: 'refreshed',
      user,
      expires_at: expiresAt,
      refresh_expires_at: family.expires_at,
    };
  },
});

function notKnown(): Refusal {
  return new Refusal(
    'refresh_token_invalid',
    'The refresh token is unknown, expired, or of a login that has ended. Log in again.',
  );
}

function activeUser(tx: Tx, userId: string): UserResource {
  const user = userById(tx, userId);
  if (user?.status === 'active') return user;
  throw new Refusal('account_not_active', 'The account is suspended or was deleted.');
}

function endReused(tx: Tx, family: RefreshFamily): Refreshed {
  endFamily(tx, family.id);
  const { user_id } = family;
  tx.emit({ type: 'session.reuse_detected', course_id: null, user_id, data: { user_id } });
  return { outcome: 'reused', user_id };
}

/**
 * Requests that are on their way with the token before may still arrive. A session whose answer was lost
 * is nobody's, or somebody else's.
 */
function endBefore(tx: Tx, family: RefreshFamily, standing: Standing): void {
  if (standing === 'repeated') {
    tx.run(
      'UPDATE sessions SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
      tx.committedAt,
      family.session_id,
    );
  } else {
    tx.run(
      'UPDATE sessions SET expires_at = min(expires_at, ?) WHERE id = ?',
      tx.committedAt + refreshGraceMs,
      family.session_id,
    );
  }
}
