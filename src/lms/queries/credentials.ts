import type { Reader } from '../reader.ts';

/** What a login is judged by. Never part of an answer. */
export interface Credentials {
  readonly user_id: string;
  readonly username_key: string;
  /** PHC string. */
  readonly password_hash: string;
}

const SELECT = `SELECT id AS user_id, username_key, password_hash FROM users
   WHERE status = 'active' AND deleted_at IS NULL AND password_hash IS NOT NULL`;

/** `null` for whoever cannot log in with a password: unknown, suspended, deleted, without one. */
export function credentialsByUsernameKey(reader: Reader, usernameKey: string): Credentials | null {
  return reader.get<Credentials>(`${SELECT} AND username_key = ?`, usernameKey) ?? null;
}

export function credentialsByUserId(reader: Reader, userId: string): Credentials | null {
  return reader.get<Credentials>(`${SELECT} AND id = ?`, userId) ?? null;
}
