import type { CommandHeader } from './command.ts';
import type { Reader } from './reader.ts';
import { Refusal } from './refusal.ts';
import type { Actor } from './tx.ts';

interface ActorRow {
  readonly site_role: Actor['site_role'];
  readonly status: string;
  readonly session_expires_at: number | null;
}

/**
 * Who acts, judged at this point of the log: a session that was revoked by an earlier entry cannot
 * write any more, on no node, whatever the node that took the request still believed.
 */
export function actorOf(reader: Reader, header: CommandHeader): Actor | null {
  const { actor_id: id, session_id: session, received_at: receivedAt } = header;
  if (id === null) return null;
  const row = reader.remember(['actor', id, session ?? ''], () =>
    reader.get<ActorRow>(
      `SELECT u.site_role, u.status, s.expires_at AS session_expires_at
         FROM users u
         LEFT JOIN sessions s ON s.id = ? AND s.user_id = u.id AND s.revoked_at IS NULL
        WHERE u.id = ? AND u.deleted_at IS NULL`,
      session,
      id,
    ),
  );
  if (row === undefined || row.status !== 'active') {
    throw new Refusal('account_not_active', 'The account is suspended or was deleted.');
  }
  if (
    session !== null &&
    (row.session_expires_at === null || row.session_expires_at <= receivedAt)
  ) {
    throw new Refusal('session_ended', 'The session has ended. Log in again.');
  }
  return { id, site_role: row.site_role };
}
