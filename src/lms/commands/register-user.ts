import { defineCommand } from '../command.ts';
import { countRegistration, registrationsThrottledUntil, throttled } from '../login-throttle.ts';
import type { UserResource } from '../queries/users.ts';
import { insertUser, isTaken, type NewUser } from './insert-user.ts';

export interface RegisterUser extends Omit<NewUser, 'site_role'> {
  /** Where the request came from, `null` when it is not known: what is counted. */
  readonly address: string | null;
}

export type Registered =
  | { readonly outcome: 'registered'; readonly user: UserResource }
  | { readonly outcome: 'taken' };

/**
 * Somebody makes an account for themselves, always as a student. A name that is taken counts too, so
 * that names cannot be tried one after the other; it is a value and no refusal, which would not count.
 */
export const registerUser = defineCommand<RegisterUser, Registered>({
  kind: 'REGISTER_USER',
  v: 1,
  apply(tx, command) {
    const until = registrationsThrottledUntil(tx, command.address, tx.committedAt);
    if (until !== null) throw throttled(until - tx.committedAt, 'registrations');
    countRegistration(tx, command.address);
    if (isTaken(tx, command.username_key)) return { outcome: 'taken' };
    return { outcome: 'registered', user: insertUser(tx, { ...command, site_role: 'student' }) };
  },
});
