import { defineCommand } from '../command.ts';
import { countFailure, type LoginSubject } from '../login-throttle.ts';

/** A wrong password, or a name that does not exist: one like the other. */
export const recordLoginFailure = defineCommand<LoginSubject, null>({
  kind: 'RECORD_LOGIN_FAILURE',
  v: 1,
  apply(tx, command) {
    countFailure(tx, command);
    return null;
  },
});
