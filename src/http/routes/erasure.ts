import { z } from '@hono/zod-openapi';
import { eraseUser } from '../../lms/commands/erase-user.ts';
import { idOf } from '../id-schema.ts';
import { json, operation, router } from '../operation.ts';
import { submit } from '../submit.ts';
import { timestamp } from '../units.ts';

const erase = operation(
  {
    method: 'post',
    path: '/v1/users/{user_id}/erasure',
    operationId: 'eraseUser',
    summary: 'Erase who somebody is, for ever',
    description:
      'For administrators; works for users who were deleted too. Name, username, e-mail, password, ' +
      'logins, tokens, feeds and the ids of other systems go at once, and so do uploads and files that are ' +
      'attached to nothing, with their names; the account is deleted. Names ' +
      'in answers that are kept for 7 days for replays, and in plans of rosters, go in the background, ' +
      'and the files of all rosters so far with them. What they handed in, were ' +
      'graded with and asked stays, under a pseudonym, and so does the audit trail, which holds ids ' +
      'only. What somebody wrote into a text or a file is not looked for. There is no way back. ' +
      'A repeat changes nothing.',
    tags: ['users'],
    request: { params: z.object({ user_id: idOf('usr') }) },
    responses: {
      200: json(
        z.object({ user_id: z.string(), erased_at: timestamp }).openapi('ErasedUser'),
        'Erased.',
        {
          user_id: 'usr_019a9457c1d07c1e8a5f4c2b7d3e9f10',
          erased_at: '2026-11-20T17:00:00.000Z',
        },
      ),
    },
  },
  { scope: 'login', problems: ['not_found', 'forbidden', 'conflict'] },
);

export function erasureRoutes() {
  const app = router();

  app.openapi(erase, async (c) => c.json(await submit(c, eraseUser, c.req.valid('param')), 200));

  return app;
}
