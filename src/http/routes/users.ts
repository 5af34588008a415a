import { z } from '@hono/zod-openapi';
import { createUser } from '../../lms/commands/create-user.ts';
import { deleteUser } from '../../lms/commands/delete-user.ts';
import { updateUser } from '../../lms/commands/update-user.ts';
import { requireOnSite } from '../../lms/policy.ts';
import { listUsers, requireKnownUser, userByUsernameKey } from '../../lms/queries/users.ts';
import { usernameKey, usernameMaxChars } from '../../lms/username.ts';
import { ifMatchParameter } from '../components.ts';
import { newId } from '../ids.ts';
import { json, jsonBody, operation, patchBody, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { newPassword, type Passwords } from '../passwords.ts';
import { expectedVersion } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { text } from '../units.ts';
import { userId, userParams } from '../user-params.ts';
import { displayName, email, newUsername, USER_EXAMPLE, userSchema } from '../user-schema.ts';

const siteRole = z.enum(['admin', 'instructor', 'student']);

const newUser = z.strictObject({
  username: newUsername,
  password: newPassword
    .nullable()
    .optional()
    .openapi({ description: 'Without one, nobody can log in until an administrator sets it.' }),
  display_name: displayName.optional().openapi({ description: 'Default: the username.' }),
  email: email.optional(),
  site_role: siteRole,
});

const userChanges = z.strictObject({
  display_name: displayName.optional(),
  email: email.optional(),
  site_role: siteRole.optional(),
  status: z.enum(['active', 'suspended']).optional(),
  password: newPassword.optional(),
});

const list = operation(
  {
    method: 'get',
    path: '/v1/users',
    operationId: 'listUsers',
    summary: 'List users, or find one by name',
    description:
      'By username. The whole list is for administrators; with `username` instructors may ask too, ' +
      'to enroll somebody: the list then has that user or nobody.',
    tags: ['users'],
    request: {
      query: pageQuery(z.tuple([z.string()])).extend({
        username: text(1, usernameMaxChars).optional().openapi({ example: 'student1' }),
      }),
    },
    responses: {
      200: json(pageOf(userSchema, 'User'), 'A page of users.', {
        items: [USER_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { problems: ['forbidden', 'invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/users',
    operationId: 'createUser',
    summary: 'Create a user',
    description: 'For administrators. The name of a user who was deleted stays taken.',
    tags: ['users'],
    request: {
      body: jsonBody(newUser, {
        username: 'student1',
        password: 'correct horse battery staple',
        display_name: 'Ada Lovelace',
        email: 'ada@example.org',
        site_role: 'student',
      }),
    },
    responses: { 201: json(userSchema, 'The new user.', USER_EXAMPLE) },
  },
  { problems: ['forbidden', 'already_exists'] },
);

const get = operation(
  {
    method: 'get',
    path: '/v1/users/{user_id}',
    operationId: 'getUser',
    summary: 'Read a user',
    tags: ['users'],
    request: { params: userParams },
    responses: { 200: json(userSchema, 'The user.', USER_EXAMPLE) },
  },
  { problems: ['not_found'] },
);

const update = operation(
  {
    method: 'patch',
    path: '/v1/users/{user_id}',
    operationId: 'updateUser',
    summary: 'Change a user',
    description:
      'Everybody may change their own `display_name` and `email`, administrators the rest and others. ' +
      'A new password and a suspension end all sessions of the user. One active administrator remains.',
    tags: ['users'],
    parameters: [ifMatchParameter(false)],
    request: {
      params: userParams,
      body: patchBody(userChanges, { display_name: 'Ada King', status: 'active' }),
    },
    responses: { 200: json(userSchema, 'The user as it is now.', USER_EXAMPLE) },
  },
  { problems: ['not_found', 'forbidden', 'conflict', 'version_mismatch'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/users/{user_id}',
    operationId: 'deleteUser',
    summary: 'Delete a user',
    description:
      'For administrators. All sessions of the user end; their work and their name beside it stay. ' +
      'One active administrator remains.',
    tags: ['users'],
    parameters: [ifMatchParameter(false)],
    request: { params: userParams },
    responses: { 204: { description: 'The user is deleted.' } },
  },
  { problems: ['not_found', 'forbidden', 'conflict', 'version_mismatch'] },
);

export function userRoutes(passwords: Pick<Passwords, 'hash'>) {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const users = await read(c, (reader, actor) => {
      if (query.username === undefined) {
        requireOnSite(actor, 'user.list');
        return listUsers(reader, pageRequest(query));
      }
      requireOnSite(actor, 'user.find');
      const user = userByUsernameKey(reader, usernameKey(query.username));
      return { items: user === null ? [] : [user], next: null };
    });
    return c.json(pageAnswer(c, users), 200);
  });

  app.openapi(create, async (c) => {
    const { password, ...body } = c.req.valid('json');
    // The fingerprint of the request is stored: made of a password it would be a fast hash of it.
    c.set('jsonBody', body);
    const user = await submit(c, createUser, {
      user_id: newId('usr'),
      username: body.username,
      username_key: usernameKey(body.username),
      display_name: body.display_name ?? body.username,
      email: body.email ?? null,
      site_role: body.site_role,
      password_hash: password == null ? null : await passwords.hash(password),
    });
    c.header('Location', `/v1/users/${user.id}`);
    return c.json(user, 201);
  });

  app.openapi(get, async (c) => {
    const id = userId(c, c.req.valid('param').user_id);
    const user = await read(c, (reader, actor) =>
      requireKnownUser(reader, actor, id, 'user.read_any'),
    );
    return c.json(user, 200);
  });

  app.openapi(update, async (c) => {
    const { password, ...changes } = c.req.valid('json');
    const user = await submit(c, updateUser, {
      user_id: userId(c, c.req.valid('param').user_id),
      ...expectedVersion(c),
      ...present(changes),
      ...(password !== undefined && { password_hash: await passwords.hash(password) }),
    });
    return c.json(user, 200);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteUser, {
      user_id: userId(c, c.req.valid('param').user_id),
      ...expectedVersion(c),
    });
    return c.body(null, 204);
  });

  return app;
}
