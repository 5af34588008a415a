import { maxRefreshesPerFamily, refreshGraceMs, sessionsForgottenAtOnce } from './limits.ts';
import type { Reader } from './reader.ts';
import type { Tx } from './tx.ts';

/** One login and what was refreshed from it. */
export interface RefreshFamily {
  readonly id: string;
  readonly user_id: string;
  readonly session_id: string;
  readonly current_sha256: string;
  readonly previous_sha256: string | null;
  readonly previous_used_at: number | null;
  readonly refreshes: number;
  readonly expires_at: number;
}

/**
 * What a token of a family is when it comes:
 * `current` never came before; `repeated` is the one used last, so shortly ago that its answer may have
 * been lost, and the token of that answer did not come yet; `reused` is any other (RFC 9700 §4.14.2);
 * `exhausted` would be one refresh too many.
 */
export type Standing = 'current' | 'repeated' | 'reused' | 'exhausted';

/** The family that a refresh token is or was of, `null` when there is none any more. @param sha256 hex */
export function familyOfToken(reader: Reader, sha256: string): RefreshFamily | null {
  const row = reader.get<RefreshFamily>(
    `SELECT f.id, f.user_id, f.session_id, f.current_sha256, f.previous_sha256, f.previous_used_at,
            f.refreshes, f.expires_at
       FROM refresh_tokens t JOIN refresh_families f ON f.id = t.family_id
      WHERE t.token_sha256 = ?`,
    sha256,
  );
  return row ?? null;
}

/** @param now by the log's time */
export function standingOf(family: RefreshFamily, sha256: string, now: number): Standing {
  const { current_sha256: current, previous_sha256: previous, previous_used_at: usedAt } = family;
  const repeated = sha256 === previous && usedAt !== null && now - usedAt < refreshGraceMs;
  if (sha256 !== current && !repeated) return 'reused';
  if (family.refreshes >= maxRefreshesPerFamily) return 'exhausted';
  return repeated ? 'repeated' : 'current';
}

export function openFamily(
  tx: Tx,
  family: Pick<RefreshFamily, 'id' | 'user_id' | 'session_id' | 'current_sha256' | 'expires_at'>,
): void {
  forgetExpired(tx);
  tx.run(
    'INSERT INTO refresh_families VALUES (?, ?, ?, ?, NULL, NULL, 0, ?, ?)',
    family.id,
    family.user_id,
    family.session_id,
    family.current_sha256,
    tx.committedAt,
    family.expires_at,
  );
  addToken(tx, family.id, family.current_sha256);
}

/** The family goes on with another token and another session. */
export function moveFamilyOn(
  tx: Tx,
  family: RefreshFamily,
  next: Pick<RefreshFamily, 'session_id' | 'current_sha256'>,
  standing: 'current' | 'repeated',
): void {
  const repeated = standing === 'repeated';
  tx.run(
    `UPDATE refresh_families SET session_id = ?, current_sha256 = ?, previous_sha256 = ?,
            previous_used_at = ?, refreshes = refreshes + 1 WHERE id = ?`,
    next.session_id,
    next.current_sha256,
    repeated ? family.previous_sha256 : family.current_sha256,
    repeated ? family.previous_used_at : tx.committedAt,
    family.id,
  );
  addToken(tx, family.id, next.current_sha256);
}

/** No refresh token of the family and no session that came with one is good any more, on any node. */
export function endFamily(tx: Tx, familyId: string): void {
  tx.run(
    'UPDATE sessions SET revoked_at = ? WHERE family_id = ? AND revoked_at IS NULL',
    tx.committedAt,
    familyId,
  );
  deleteFamily(tx, familyId);
}

/** @param but the family that goes on; `null`: none does */
export function endFamiliesOf(tx: Tx, userId: string, but: string | null = null): void {
  const families = tx.all<{ id: string }>(
    'SELECT id FROM refresh_families WHERE user_id = ? AND id IS NOT ?',
    userId,
    but,
  );
  for (const { id } of families) endFamily(tx, id);
}

/** Whoever logs in again and again must not fill the table. */
export function endOldestFamilies(tx: Tx, userId: string, kept: number): void {
  const surplus = tx.all<{ id: string }>(
    `SELECT id FROM refresh_families WHERE user_id = ?
      ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?`,
    userId,
    kept,
  );
  for (const { id } of surplus) endFamily(tx, id);
}

function forgetExpired(tx: Tx): void {
  const expired = tx.all<{ id: string }>(
    'SELECT id FROM refresh_families WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?',
    tx.committedAt,
    sessionsForgottenAtOnce,
  );
  for (const { id } of expired) deleteFamily(tx, id);
}

function deleteFamily(tx: Tx, id: string): void {
  tx.run('DELETE FROM refresh_tokens WHERE family_id = ?', id);
  tx.run('DELETE FROM refresh_families WHERE id = ?', id);
}

function addToken(tx: Tx, familyId: string, sha256: string): void {
  tx.run('INSERT INTO refresh_tokens VALUES (?, ?)', sha256, familyId);
}
