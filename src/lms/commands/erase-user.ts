import { defineCommand } from '../command.ts';
import { eraseExternalIds, giveUpStagings } from '../erase-imports.ts';
import { eraseUploads } from '../erase-uploads.ts';
import { forgiveAccount } from '../login-throttle.ts';
import { requireOnSite } from '../policy.ts';
import { pseudonymOf } from '../pseudonym.ts';
import { userById } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import { revokeSessions } from '../revoke-sessions.ts';
import { toRfc3339 } from '../time.ts';
import type { Tx } from '../tx.ts';
import { requireAnotherAdmin } from './last-admin.ts';

export interface EraseUser {
  readonly user_id: string;
}

export interface ErasedUser {
  readonly user_id: string;
  readonly erased_at: string;
}

interface Account {
  readonly id: string;
  readonly username_key: string;
  readonly erased_at: number | null;
}

/**
 * Takes away what says who somebody is, for ever; what they did stays under their id, so that grades and
 * the audit trail stay whole. Names in results that are stored for replays follow in steps
 * (`CONTINUE_ERASURE`). Erasing twice is erasing once.
 */
export const eraseUser = defineCommand<EraseUser, ErasedUser>({
  kind: 'ERASE_USER',
  v: 1,
  apply(tx, command) {
    requireOnSite(tx.actor, 'user.erase');
    const account = tx.get<Account>(
      'SELECT id, username_key, erased_at FROM users WHERE id = ?',
      command.user_id,
    );
    if (account === undefined) throw new Refusal('not_found', 'There is no such user.');
    tx.target(account.id);
    if (account.erased_at !== null) return answer(account.id, account.erased_at);
    const user = userById(tx, account.id);
    if (user !== null) requireAnotherAdmin(tx, user);
    eraseAccount(tx, account);
    tx.run(
      'INSERT INTO erasures (user_id, next_index, until_index, next_import) VALUES (?, 1, ?, 0)',
      account.id,
      tx.index,
    );
    const { id: user_id } = account;
    tx.emit({ type: 'user.erased', course_id: null, user_id, data: { user_id } });
    return answer(account.id, tx.committedAt);
  },
});

function answer(userId: string, at: number): ErasedUser {
  return { user_id: userId, erased_at: toRfc3339(at) };
}

/** Everything that an index finds. The username is free again: to keep it taken would be to keep it. */
function eraseAccount(tx: Tx, account: Account): void {
  const { username, display_name } = pseudonymOf(account.id);
  revokeSessions(tx, account.id);
  tx.run('DELETE FROM sessions WHERE user_id = ?', account.id);
  tx.run('DELETE FROM feeds WHERE user_id = ?', account.id);
  forgiveAccount(tx, account.username_key);
  eraseExternalIds(tx, account.id);
  giveUpStagings(tx);
  eraseUploads(tx, account.id);
  tx.run(
    `UPDATE users SET username = ?, username_key = ?, display_name = ?, email = NULL,
            password_hash = NULL, deleted_at = coalesce(deleted_at, ?), erased_at = ?,
            updated_at = ?, version = version + 1 WHERE id = ?`,
    username,
    username,
    display_name,
    tx.committedAt,
    tx.committedAt,
    tx.committedAt,
    account.id,
  );
}
