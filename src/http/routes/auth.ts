import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { createSession } from '../../lms/commands/create-session.ts';
import { deleteSession } from '../../lms/commands/delete-session.ts';
import { maxSessionsPerUser } from '../../lms/limits.ts';
import { type Credentials, credentialsByUsernameKey } from '../../lms/queries/credentials.ts';
import { toRfc3339 } from '../../lms/time.ts';
import { usernameKey } from '../../lms/username.ts';
import { passwordMark } from '../../lms/verified-password.ts';
import { tokenHash } from '../authentication.ts';
import { clientAddress } from '../client-address.ts';
import { type ApiContext, callerOf } from '../env.ts';
import { newId } from '../ids.ts';
import { sessionLifetimeMs } from '../limits.ts';
import { verifyPassword } from '../login.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { givenPassword, type Passwords } from '../passwords.ts';
import { Problem } from '../problem.ts';
import { readToJudge } from '../read.ts';
import { submit } from '../submit.ts';
import { text, timestamp } from '../units.ts';
import { USER_EXAMPLE, userSchema } from '../user-schema.ts';

const loginSchema = z
  .object({
    token: z.string().openapi({ description: 'Shown once: only its hash is stored.' }),
    token_type: z.literal('Bearer'),
    expires_at: timestamp,
    user: userSchema,
  })
  .openapi('Login');

const login = operation(
  {
    method: 'post',
    path: '/v1/auth/login',
    operationId: 'login',
    summary: 'Log in',
    description:
      'Answers with a bearer token for 24 hours. Wrong names and wrong passwords get the same answer; ' +
      'after 10 failures within 15 minutes an account is locked for the rest of them. ' +
      `An account has at most ${maxSessionsPerUser} sessions: one more ends the oldest. ` +
      '`Idempotency-Key` has no effect here: the token is stored nowhere and cannot be answered again, ' +
      'so a repeat is another login.',
    tags: ['auth'],
    request: {
      body: jsonBody(z.strictObject({ username: text(1, 256), password: givenPassword }), {
        username: 'student1',
        password: 'pass123',
      }),
    },
    responses: {
      200: json(loginSchema, 'Logged in.', {
        token: 'lms_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
        token_type: 'Bearer',
        expires_at: '2026-11-21T17:00:00.000Z',
        user: USER_EXAMPLE,
      }),
    },
  },
  { access: 'public', problems: ['invalid_credentials', 'rate_limited', 'unavailable'] },
);

const logout = operation({
  method: 'post',
  path: '/v1/auth/logout',
  operationId: 'logout',
  summary: 'End this session',
  description: 'From the answer on, no node takes the token any more.',
  tags: ['auth'],
  responses: { 204: { description: 'The session has ended.' } },
});

export function authRoutes(passwords: Passwords) {
  const app = router();

  app.openapi(login, async (c) => {
    const { username, password } = c.req.valid('json');
    const key = usernameKey(username);
    const credentials = await readToJudge(c, (reader) => credentialsByUsernameKey(reader, key));
    const right = await verifyPassword(c, passwords, { username_key: key, credentials }, password);
    if (!right || credentials === null) {
      throw new Problem('invalid_credentials', 'The user name or the password is wrong.');
    }
    const { token, expiresAt, user } = await openSession(c, credentials);
    return c.json(
      { token, token_type: 'Bearer' as const, expires_at: toRfc3339(expiresAt), user },
      200,
    );
  });

  app.openapi(logout, async (c) => {
    await submit(c, deleteSession, { session_to_end: callerOf(c).session_id });
    return c.body(null, 204);
  });

  return app;
}

async function openSession(c: ApiContext, credentials: Credentials) {
  const token = `lms_${randomBytes(32).toString('base64url')}`;
  const expiresAt = c.get('receivedAt') + sessionLifetimeMs;
  const { user } = await submit(c, createSession, {
    new_session_id: newId('ses'),
    user_id: credentials.user_id,
    token_sha256: tokenHash(token),
    expires_at: expiresAt,
    verified_mark: passwordMark(credentials.password_hash),
    address: clientAddress(c),
  });
  return { token, expiresAt, user };
}
