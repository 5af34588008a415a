import { z } from '@hono/zod-openapi';
import { registerUser } from '../../lms/commands/register-user.ts';
import { maxAddressRegistrations } from '../../lms/limits.ts';
import { registrationsThrottledUntil, throttled } from '../../lms/login-throttle.ts';
import { usernameKey } from '../../lms/username.ts';
import { clientAddress } from '../client-address.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { newPassword, type Passwords } from '../passwords.ts';
import { Problem } from '../problem.ts';
import { readToJudge } from '../read.ts';
import { submit } from '../submit.ts';
import { displayName, email, newUsername, USER_EXAMPLE, userSchema } from '../user-schema.ts';

const register = operation(
  {
    method: 'post',
    path: '/v1/auth/register',
    operationId: 'register',
    summary: 'Make an account for oneself',
    description:
      'Only where `auth.self_registration` of cluster.json is on; the account is a student’s. ' +
      `${maxAddressRegistrations} tries per address and quarter of an hour. Log in with it afterwards. ` +
      '`Idempotency-Key` has no effect here: a repeat finds the name taken.',
    tags: ['auth'],
    request: {
      body: jsonBody(
        z.strictObject({
          username: newUsername,
          password: newPassword,
          display_name: displayName.optional().openapi({ description: 'Default: the username.' }),
          email: email.optional(),
        }),
        { username: 'student1', password: 'correct horse battery staple' },
      ),
    },
    responses: { 201: json(userSchema, 'The new account.', USER_EXAMPLE) },
  },
  {
    access: 'public',
    problems: ['registration_closed', 'already_exists', 'rate_limited', 'unavailable'],
  },
);

/** @param isOpen `auth.self_registration` */
export function registrationRoutes(passwords: Pick<Passwords, 'hash'>, isOpen: boolean) {
  const app = router();

  app.openapi(register, async (c) => {
    if (!isOpen) {
      throw new Problem('registration_closed', 'Ask an administrator for an account.');
    }
    const body = c.req.valid('json');
    const address = clientAddress(c);
    const now = Date.now();
    // Before the hash, which is what costs.
    const until = await readToJudge(c, (reader) =>
      registrationsThrottledUntil(reader, address, now),
    );
    if (until !== null) throw throttled(until - now, 'registrations');
    const result = await submit(c, registerUser, {
      user_id: newId('usr'),
      username: body.username,
      username_key: usernameKey(body.username),
      display_name: body.display_name ?? body.username,
      email: body.email ?? null,
      password_hash: await passwords.hash(body.password),
      address,
    });
    if (result.outcome === 'taken') throw taken();
    c.header('Location', `/v1/users/${result.user.id}`);
    c.header('ETag', `"${result.user.version}"`);
    return c.json(result.user, 201);
  });

  return app;
}

function taken(): Problem {
  const detail = 'The username is taken, or was. Choose another one.';
  return new Problem('already_exists', detail, {
    errors: [{ pointer: '/username', code: 'taken', detail }],
  });
}
