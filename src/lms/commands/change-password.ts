import { defineCommand } from '../command.ts';
import { forgiveAccount } from '../login-throttle.ts';
import { revokeSessions } from '../revoke-sessions.ts';
import { requireVerified } from '../verified-password.ts';

export interface ChangePassword {
  /** PHC string of the new password. */
  readonly password_hash: string;
  /** `passwordMark` of the hash that the old password was verified against. */
  readonly verified_mark: string;
}

/** The actor's own password. All other sessions and all personal tokens end: whoever knew the old one is out. */
export const changePassword = defineCommand<ChangePassword, null>({
  kind: 'CHANGE_PASSWORD',
  v: 1,
  apply(tx, command) {
    const user = requireVerified(tx, tx.actor.id, command.verified_mark);
    tx.run(
      'UPDATE users SET password_hash = ?, version = version + 1, updated_at = ? WHERE id = ?',
      command.password_hash,
      tx.committedAt,
      user.id,
    );
    revokeSessions(tx, user.id, command.session_id);
    forgiveAccount(tx, user.username_key);
    tx.target(user.id);
    tx.emit({
      type: 'user.updated',
      course_id: null,
      user_id: user.id,
      data: { user_id: user.id },
    });
    return null;
  },
});
