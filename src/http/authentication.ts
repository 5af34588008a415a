import { sessionByTokenHash } from '../lms/queries/sessions.ts';
import { barrier, settle } from './consistency.ts';
import type { ApiContext, Caller } from './env.ts';
import { Problem } from './problem.ts';
import { noteTokenUse } from './token-use.ts';
import { rememberedTokenHash } from './tokens.ts';

const BEARER = /^Bearer +(lms_(?:pat_)?[A-Za-z0-9_-]{43})$/i;

/**
 * Who calls: the session of the bearer token, be it a login or a personal token. For reads the wait for
 * the consistency level comes first. A token that this node does not know may be newer than what it has
 * applied: it waits for the read barrier and looks again before it says no. A write is judged again
 * where it is applied. Unknown, expired and revoked tokens get the same answer.
 */
export async function authenticate(c: ApiContext): Promise<Caller> {
  const token = BEARER.exec(c.req.header('authorization') ?? '')?.[1];
  if (token === undefined) throw unauthenticated();
  if (c.req.method === 'GET' || c.req.method === 'HEAD') await settle(c);
  const digest = rememberedTokenHash(token);
  const { reader } = c.env.foundation.replica;
  let session = sessionByTokenHash(reader, digest);
  if (session === null) {
    await barrier(c);
    session = sessionByTokenHash(reader, digest);
  }
  if (session === null || session.ended || session.expires_at <= c.get('receivedAt')) {
    throw unauthenticated();
  }
  if (session.scopes !== null) noteTokenUse(c, session);
  return { actor: session.actor, session_id: session.id, scopes: session.scopes };
}

function unauthenticated(): Problem {
  return new Problem(
    'unauthenticated',
    'Send "Authorization: Bearer <token>" with the token of POST /v1/auth/login or /v1/tokens. ' +
      'This one is missing, unknown, expired or revoked.',
  );
}
