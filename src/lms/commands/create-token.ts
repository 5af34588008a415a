import { defineCommand } from '../command.ts';
import { maxTokenLifetimeMs, maxTokensPerUser } from '../limits.ts';
import { type TokenResource, tokenOf } from '../queries/personal-tokens.ts';
import { Refusal } from '../refusal.ts';
import type { Scope } from '../scopes.ts';
import type { Tx } from '../tx.ts';
import { written } from '../written.ts';

export interface CreateToken {
  readonly token_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Hex. The token itself is nowhere but with its owner. */
  readonly token_sha256: string;
  /** Ms since the epoch. */
  readonly expires_at: number;
}

/** A token of the actor's own: a session that may do only what its scopes say. */
export const createToken = defineCommand<CreateToken, TokenResource>({
  kind: 'CREATE_TOKEN',
  v: 1,
  apply(tx, command) {
    const { actor } = tx;
    requireRoom(tx);
    requireLifetime(tx, command.expires_at);
    tx.run(
      `INSERT INTO sessions (id, user_id, token_sha256, created_at, expires_at, scopes, name)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      command.token_id,
      actor.id,
      command.token_sha256,
      tx.committedAt,
      command.expires_at,
      JSON.stringify(command.scopes),
      command.name,
    );
    tx.target(command.token_id);
    return written(tokenOf(tx, actor.id, command.token_id));
  },
});

function requireRoom(tx: Tx): void {
  const row = tx.get<{ tokens: number }>(
    `SELECT count(*) AS tokens FROM sessions
      WHERE user_id = ? AND scopes IS NOT NULL AND revoked_at IS NULL AND expires_at > ?`,
    tx.actor.id,
    tx.committedAt,
  );
  if ((row?.tokens ?? 0) < maxTokensPerUser) return;
  throw new Refusal(
    'conflict',
    `You have ${maxTokensPerUser} tokens, which is the limit. Delete one first.`,
  );
}

function requireLifetime(tx: Tx, expiresAt: number): void {
  const latest = tx.committedAt + maxTokenLifetimeMs;
  if (expiresAt > tx.committedAt && expiresAt <= latest) return;
  const detail = `must be later than now, and no more than ${maxTokenLifetimeMs / 86_400_000} days.`;
  throw new Refusal('invalid_value', `expires_at ${detail}`, {
    errors: [{ pointer: '/expires_at', code: 'out_of_range', detail: `It ${detail}` }],
  });
}
