import { z } from '@hono/zod-openapi';
import { createSession } from '../../lms/commands/create-session.ts';
import { deleteSession } from '../../lms/commands/delete-session.ts';
import { refreshSession } from '../../lms/commands/refresh-session.ts';
import { maxSessionsPerUser, refreshGraceMs } from '../../lms/limits.ts';
import { type Credentials, credentialsByUsernameKey } from '../../lms/queries/credentials.ts';
import { familyOfToken } from '../../lms/refresh-families.ts';
import { toRfc3339 } from '../../lms/time.ts';
import { usernameKey } from '../../lms/username.ts';
import { passwordMark } from '../../lms/verified-password.ts';
import { clientAddress } from '../client-address.ts';
import { type ApiContext, callerOf } from '../env.ts';
import { newId } from '../ids.ts';
import { loginLifetimeMs, sessionLifetimeMs } from '../limits.ts';
import { verifyPassword } from '../login.ts';
import { LOGIN_EXAMPLE, loginSchema, REFRESH_TOKEN_EXAMPLE } from '../login-schema.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { givenPassword, type Passwords } from '../passwords.ts';
import { Problem } from '../problem.ts';
import { readToJudge } from '../read.ts';
import { submit } from '../submit.ts';
import { newToken, tokenHash } from '../tokens.ts';
import { text } from '../units.ts';

const login = operation(
  {
    method: 'post',
    path: '/v1/auth/login',
    operationId: 'login',
    summary: 'Log in',
    description:
      'Answers with a bearer token for 24 hours, and a refresh token that gives the next one for 30 ' +
      'days. Wrong names and wrong passwords get the same answer; ' +
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
    responses: { 200: json(loginSchema, 'Logged in.', LOGIN_EXAMPLE) },
  },
  { access: 'public', problems: ['invalid_credentials', 'rate_limited', 'unavailable'] },
);

const refresh = operation(
  {
    method: 'post',
    path: '/v1/auth/refresh',
    operationId: 'refreshLogin',
    summary: 'Get the next token',
    description:
      'A refresh token counts once: the answer has the next one. The access token before it ends within ' +
      `${refreshGraceMs / 60_000} minutes. When the answer was lost, send the same refresh token again ` +
      `within ${refreshGraceMs / 60_000} minutes: the tokens of the lost answer are void then. A ` +
      'refresh token that comes again otherwise is in the hands of somebody else too: the whole login ' +
      'ends, on all nodes at once (RFC 9700, 4.14.2). `Idempotency-Key` has no effect here.',
    tags: ['auth'],
    request: {
      body: jsonBody(z.strictObject({ refresh_token: text(1, 256) }), {
        refresh_token: REFRESH_TOKEN_EXAMPLE,
      }),
    },
    responses: { 200: json(loginSchema, 'The next tokens.', LOGIN_EXAMPLE) },
  },
  { access: 'public', problems: ['refresh_token_invalid', 'account_not_active', 'unavailable'] },
);

const logout = operation(
  {
    method: 'post',
    path: '/v1/auth/logout',
    operationId: 'logout',
    summary: 'End this login',
    description:
      'From the answer on, no node takes its tokens any more: neither access nor refresh.',
    tags: ['auth'],
    responses: { 204: { description: 'The login has ended.' } },
  },
  { scope: 'login' },
);

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
    return c.json(await openSession(c, credentials), 200);
  });

  app.openapi(refresh, async (c) => {
    const presented = tokenHash(c.req.valid('json').refresh_token);
    // What nobody ever was given is not worth an entry of the log.
    const family = await readToJudge(c, (reader) => familyOfToken(reader, presented));
    if (family === null) throw notValid();
    return c.json(await refreshed(c, presented), 200);
  });

  app.openapi(logout, async (c) => {
    await submit(c, deleteSession, { session_to_end: callerOf(c).session_id });
    return c.body(null, 204);
  });

  return app;
}

async function openSession(c: ApiContext, credentials: Credentials) {
  const token = newToken('access');
  const refreshToken = newToken('refresh');
  const expiresAt = c.get('receivedAt') + sessionLifetimeMs;
  const refreshExpiresAt = c.get('receivedAt') + loginLifetimeMs;
  const { user } = await submit(c, createSession, {
    new_session_id: newId('ses'),
    user_id: credentials.user_id,
    token_sha256: tokenHash(token),
    expires_at: expiresAt,
    verified_mark: passwordMark(credentials.password_hash),
    address: clientAddress(c),
    refresh: {
      family_id: newId('fam'),
      token_sha256: tokenHash(refreshToken),
      expires_at: refreshExpiresAt,
    },
  });
  return {
    token,
    token_type: 'Bearer' as const,
    expires_at: toRfc3339(expiresAt),
    refresh_token: refreshToken,
    refresh_expires_at: toRfc3339(refreshExpiresAt),
    user,
  };
}

async function refreshed(c: ApiContext, presented: string) {
  const token = newToken('access');
  const refreshToken = newToken('refresh');
  const result = await submit(c, refreshSession, {
    presented_sha256: presented,
    new_session_id: newId('ses'),
    token_sha256: tokenHash(token),
    refresh_sha256: tokenHash(refreshToken),
    expires_at: c.get('receivedAt') + sessionLifetimeMs,
  });
  if (result.outcome === 'reused') throw notValid();
  return {
    token,
    token_type: 'Bearer' as const,
    expires_at: toRfc3339(result.expires_at),
    refresh_token: refreshToken,
    refresh_expires_at: toRfc3339(result.refresh_expires_at),
    user: result.user,
  };
}

/** The same for what was never known and for what was used before. */
function notValid(): Problem {
  return new Problem(
    'refresh_token_invalid',
    'The refresh token is unknown or expired, or it was used before: then its login has ended. ' +
      'Log in again.',
  );
}
