import { z } from '@hono/zod-openapi';
import { changePassword } from '../../lms/commands/change-password.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { credentialsByUserId } from '../../lms/queries/credentials.ts';
import { userById } from '../../lms/queries/users.ts';
import { Refusal } from '../../lms/refusal.ts';
import { passwordMark } from '../../lms/verified-password.ts';
import { ifMatchParameter } from '../components.ts';
import { callerOf } from '../env.ts';
import { verifyPassword } from '../login.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { givenPassword, newPassword, type Passwords } from '../passwords.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { Problem } from '../problem.ts';
import { read, readToJudge } from '../read.ts';
import { submit } from '../submit.ts';
import { displayName, email, USER_EXAMPLE, userSchema } from '../user-schema.ts';

const getMe = operation({
  method: 'get',
  path: '/v1/me',
  operationId: 'getMe',
  summary: 'The caller',
  tags: ['me'],
  responses: { 200: json(userSchema, 'The account of the caller.', USER_EXAMPLE) },
});

const updateMe = operation(
  {
    method: 'patch',
    path: '/v1/me',
    operationId: 'updateMe',
    summary: 'Change one’s own name or address',
    tags: ['me'],
    parameters: [ifMatchParameter(false)],
    request: {
      body: patchBody(
        z.strictObject({
          display_name: displayName.optional(),
          email: email.optional(),
        }),
        { display_name: 'Ada Lovelace' },
      ),
    },
    responses: { 200: json(userSchema, 'The account as it is now.', USER_EXAMPLE) },
  },
  { problems: ['version_mismatch'] },
);

const changeMyPassword = operation(
  {
    method: 'put',
    path: '/v1/me/password',
    operationId: 'changeMyPassword',
    summary: 'Change one’s own password',
    description:
      'All other sessions and all personal tokens of the account end. A wrong current password counts ' +
      'as a failed login.',
    tags: ['me'],
    request: {
      body: jsonBody(
        z.strictObject({ current_password: givenPassword, new_password: newPassword }),
        { current_password: 'pass123', new_password: 'correct horse battery staple' },
      ),
    },
    responses: { 204: { description: 'The password is changed.' } },
  },
  { scope: 'login', problems: ['invalid_value', 'invalid_credentials', 'rate_limited'] },
);

export function meRoutes(passwords: Passwords) {
  const app = router();

  app.openapi(getMe, async (c) => {
    const me = await read(c, (reader, actor) => userById(reader, actor.id));
    if (me === null) throw new Refusal('not_found', 'The account was deleted.');
    return c.json(me, 200);
  });

  app.openapi(updateMe, async (c) => {
    const me = await submit(c, updateUser, {
      user_id: callerOf(c).actor.id,
      ...expectedVersion(c),
      ...present(c.req.valid('json')),
    });
    return c.json(me, 200);
  });

  app.openapi(changeMyPassword, async (c) => {
    const { current_password: current, new_password: wanted } = c.req.valid('json');
    const { actor } = callerOf(c);
    const credentials = await readToJudge(c, (reader) => credentialsByUserId(reader, actor.id));
    if (credentials === null) throw wrongPassword();
    const { username_key } = credentials;
    const right = await verifyPassword(c, passwords, { username_key, credentials }, current);
    if (!right) throw wrongPassword();
    await submit(c, changePassword, {
      password_hash: await passwords.hash(wanted),
      verified_mark: passwordMark(credentials.password_hash),
    });
    return c.body(null, 204);
  });

  return app;
}

/** Not 401: the session is good, and clients take a 401 for its end. */
function wrongPassword(): Problem {
  const detail = 'The current password is wrong.';
  return new Problem('invalid_value', detail, {
    errors: [{ pointer: '/current_password', code: 'wrong', detail }],
  });
}
