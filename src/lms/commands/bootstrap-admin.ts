import { defineCommand } from '../command.ts';
import { Refusal } from '../refusal.ts';

export interface BootstrapAdmin {
  readonly user_id: string;
  readonly username: string;
  /** `usernameKey(username)`, computed before the log. */
  readonly username_key: string;
  readonly display_name: string;
  readonly password_hash: string;
}

export interface Bootstrapped {
  /** `false`: there was an administrator already, and nothing was changed. */
  readonly created: boolean;
}

/**
 * The first administrator, made by the cluster itself. Every node may propose it at its start: only
 * the first one has an effect.
 */
export const bootstrapAdmin = defineCommand<BootstrapAdmin, Bootstrapped>({
  kind: 'BOOTSTRAP_ADMIN',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) {
      throw new Refusal('forbidden', 'Only the cluster itself makes its first administrator.');
    }
    const admin = tx.get("SELECT 1 FROM users WHERE site_role = 'admin' AND deleted_at IS NULL");
    if (admin !== undefined) return { created: false };
    if (tx.get('SELECT 1 FROM users WHERE username_key = ?', command.username_key) !== undefined) {
      throw new Refusal(
        'already_exists',
        `The username ${command.username} is taken by somebody who is no administrator.`,
      );
    }
    tx.run(
      `INSERT INTO users (id, username, username_key, display_name, email, site_role, status,
                          password_hash, version, created_at, updated_at)
       VALUES (?, ?, ?, ?, NULL, 'admin', 'active', ?, 1, ?, ?)`,
      command.user_id,
      command.username,
      command.username_key,
      command.display_name,
      command.password_hash,
      tx.committedAt,
      tx.committedAt,
    );
    tx.target(command.user_id);
    return { created: true };
  },
});
