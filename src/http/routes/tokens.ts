import { z } from '@hono/zod-openapi';
import { createToken } from '../../lms/commands/create-token.ts';
import { deleteToken } from '../../lms/commands/delete-token.ts';
import { maxTokenLifetimeMs, maxTokensPerUser } from '../../lms/limits.ts';
import { listTokens } from '../../lms/queries/personal-tokens.ts';
import { SCOPES } from '../../lms/scopes.ts';
import { dayMs } from '../../lms/time.ts';
import { idOf } from '../id-schema.ts';
import { newId } from '../ids.ts';
import { maxNameChars, tokenLifetimeMs } from '../limits.ts';
import { json, jsonBody, operation, router } from '../operation.ts';
import { pageAnswer, pageOf, pageQuery, pageRequest } from '../page.ts';
import { Problem } from '../problem.ts';
import { read } from '../read.ts';
import { submit } from '../submit.ts';
import { newToken, tokenHash } from '../tokens.ts';
import { line, timestamp, timestampMs } from '../units.ts';

const scope = z.enum(SCOPES);

const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    created_at: timestamp,
    expires_at: timestamp,
    last_used_at: timestamp.nullable().openapi({
      description: 'The first use of the latest day (UTC) on which it was used.',
    }),
  })
  .openapi('PersonalToken');

const newTokenSchema = tokenSchema
  .extend({ token: z.string().openapi({ description: 'Shown once: only its hash is stored.' }) })
  .openapi('NewPersonalToken');

const TOKEN_EXAMPLE: z.input<typeof tokenSchema> = {
  id: 'tok_019a9457c1d07c1e8a5f4c2b7d3e9f10',
  name: 'Nightly export',
  scopes: ['read'],
  created_at: '2026-11-20T17:00:00.000Z',
  expires_at: '2027-02-18T17:00:00.000Z',
  last_used_at: null,
};

const list = operation(
  {
    method: 'get',
    path: '/v1/tokens',
    operationId: 'listTokens',
    summary: 'List one’s own personal tokens',
    description: 'Oldest first; expired ones are shown until they are forgotten.',
    tags: ['tokens'],
    request: { query: pageQuery(z.tuple([z.string()])) },
    responses: {
      200: json(pageOf(tokenSchema, 'PersonalToken'), 'A page of tokens.', {
        items: [TOKEN_EXAMPLE],
        next_cursor: null,
      }),
    },
  },
  { scope: 'login', problems: ['invalid_cursor'] },
);

const create = operation(
  {
    method: 'post',
    path: '/v1/tokens',
    operationId: 'createToken',
    summary: 'Make a personal token for a script',
    description:
      'It acts as its owner, within its scopes: `read` is every GET, `write` is what changes something, ' +
      '`grade` is grading, `admin` is users, imports, incidents, audit and the cluster. The scope that ' +
      'an operation takes stands beside it; none includes another, and none allows more than the ' +
      `roles of the owner. It ends after ${tokenLifetimeMs / dayMs} days, or at \`expires_at\`, at most ` +
      `${maxTokenLifetimeMs / dayMs} days from now; also when the password of the owner is changed or the ` +
      `account is suspended. At most ${maxTokensPerUser} per user. No token makes tokens: this takes a ` +
      'login. The answer to a repeat with the same `Idempotency-Key` is 409, because the token cannot be ' +
      'shown again.',
    tags: ['tokens'],
    request: {
      body: jsonBody(
        z.strictObject({
          name: line(maxNameChars),
          scopes: z
            .array(scope)
            .min(1)
            .refine((scopes) => new Set(scopes).size === scopes.length, 'must not repeat one'),
          expires_at: timestampMs.optional(),
        }),
        { name: 'Nightly export', scopes: ['read'] },
      ),
    },
    responses: {
      201: json(newTokenSchema, 'The new token.', {
        ...TOKEN_EXAMPLE,
        token: `lms_pat_${'A'.repeat(43)}`,
      }),
    },
  },
  { scope: 'login', problems: ['conflict', 'invalid_value'] },
);

const remove = operation(
  {
    method: 'delete',
    path: '/v1/tokens/{token_id}',
    operationId: 'deleteToken',
    summary: 'End a personal token',
    description: 'From the answer on, no node takes it any more.',
    tags: ['tokens'],
    request: {
      params: z.object({ token_id: idOf('tok').openapi({ example: TOKEN_EXAMPLE.id }) }),
    },
    responses: { 204: { description: 'The token has ended.' } },
  },
  { scope: 'login', problems: ['not_found'] },
);

export function tokenRoutes() {
  const app = router();

  app.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const page = await read(c, (reader, actor) => listTokens(reader, actor.id, pageRequest(query)));
    return c.json(pageAnswer(c, page), 200);
  });

  app.openapi(create, async (c) => {
    const { name, scopes, expires_at } = c.req.valid('json');
    const token = newToken('personal');
    const id = newId('tok');
    const made = await submit(c, createToken, {
      token_id: id,
      name,
      scopes,
      token_sha256: tokenHash(token),
      expires_at: expires_at ?? c.get('receivedAt') + tokenLifetimeMs,
    });
    if (made.id !== id) throw shownBefore(made.id);
    c.header('Location', '/v1/tokens');
    return c.json({ ...made, token }, 201);
  });

  app.openapi(remove, async (c) => {
    await submit(c, deleteToken, c.req.valid('param'));
    return c.body(null, 204);
  });

  return app;
}

/** What came out of the log is the answer to an earlier request: its token is not known any more. */
function shownBefore(id: string): Problem {
  return new Problem(
    'conflict',
    `The token of this Idempotency-Key is ${id}; it was shown once. If that answer was lost, delete it ` +
      'and make another one with another key.',
  );
}
