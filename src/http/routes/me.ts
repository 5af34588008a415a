import { z } from '@hono/zod-openapi';
import { updateUser } from '../../lms/commands/update-user.ts';
import { userById } from '../../lms/queries/users.ts';
import { Refusal } from '../../lms/refusal.ts';
import { callerOf } from '../env.ts';
import { json, operation, patchBody, router } from '../operation.ts';
import { optionalIfMatch } from '../preconditions.ts';
import { present } from '../present.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { text } from '../units.ts';
import { USER_EXAMPLE, userSchema } from '../user-schema.ts';

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
    request: {
      body: patchBody(
        z.strictObject({
          display_name: text(1, 200).optional(),
          email: z.email().max(254).nullable().optional(),
        }),
        { display_name: 'Ada Lovelace' },
      ),
    },
    responses: { 200: json(userSchema, 'The account as it is now.', USER_EXAMPLE) },
  },
  { problems: ['version_mismatch'] },
);

export function meRoutes() {
  const app = router();

  app.openapi(getMe, async (c) => {
    const me = await read(c, (reader, actor) => userById(reader, actor.id));
    if (me === null) throw new Refusal('not_found', 'The account was deleted.');
    return c.json(me, 200);
  });

  app.openapi(updateMe, async (c) => {
    const version = optionalIfMatch(c);
    const me = await submit(c, updateUser, {
      user_id: callerOf(c).actor.id,
      ...(version !== null && { expected_version: version }),
      ...present(c.req.valid('json')),
    });
    return c.json(me, 200);
  });

  return app;
}
