import { defineCommand } from '../command.ts';
import { requireOnSite } from '../policy.ts';
import type { UserResource } from '../queries/users.ts';
import { Refusal } from '../refusal.ts';
import type { Tx } from '../tx.ts';
import { insertUser, isTaken, type NewUser } from './insert-user.ts';

/** Without an actor it is the system that creates. */
export const createUser = defineCommand<NewUser, UserResource>({
  kind: 'CREATE_USER',
  v: 1,
  apply(tx, command) {
    if (tx.actorOrSystem !== null) requireOnSite(tx.actorOrSystem, 'user.create');
    requireFree(tx, command);
    return insertUser(tx, command);
  },
});

function requireFree(tx: Tx, { user_id: id, username_key: key }: NewUser): void {
  if (isTaken(tx, key)) {
    const detail = 'The username is taken, or was. Choose another one.';
    throw new Refusal('already_exists', detail, {
      errors: [{ pointer: '/username', code: 'taken', detail }],
    });
  }
  if (tx.get('SELECT 1 FROM users WHERE id = ?', id) !== undefined) {
    throw new Refusal('already_exists', 'There is a user with this id already.');
  }
}
