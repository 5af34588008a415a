import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { newId } from './http/ids.ts';
import type { Passwords } from './http/passwords.ts';
import type { Consensus } from './http/ports.ts';
import { InitialPasswordFile } from './initial-password-file.ts';
import {
  type BootstrapAdmin,
  type Bootstrapped,
  bootstrapAdmin,
} from './lms/commands/bootstrap-admin.ts';
import { anyAdmin } from './lms/queries/any-admin.ts';
import { credentialsByUsernameKey } from './lms/queries/credentials.ts';
import type { Reader } from './lms/reader.ts';
import { ProposalError, ReadError } from './raft/errors.ts';
import { submitAsSystem } from './system-commands.ts';

export interface FirstAdminParts {
  readonly consensus: Pick<Consensus, 'propose' | 'readBarrier' | 'status'>;
  readonly reader: Reader;
  readonly passwords: Passwords;
  /** Data folder of this node. */
  readonly folder: string;
  /** `LMS_ADMIN_PASSWORD`; `null`: a random one, told in a file. */
  readonly password: string | null;
  readonly logger: Pick<Logger, 'info'>;
}

const USERNAME = 'admin';
const attemptMs = 2_000;
const pauseMs = 100;

/**
 * Resolves when the cluster has an administrator, or `signal` fires. Only the leader proposes one,
 * and the log decides: of several proposals, by nodes that led one after the other, the first counts.
 */
export async function ensureFirstAdmin(parts: FirstAdminParts, signal: AbortSignal): Promise<void> {
  const file = new InitialPasswordFile(parts.folder);
  while (!signal.aborted) {
    try {
      await parts.consensus.readBarrier(attemptMs);
      if (anyAdmin(parts.reader)) return await settle(parts, file);
      if (parts.consensus.status().role === 'leader') await propose(parts, file);
    } catch (error) {
      // No majority yet, or the leadership went: what came of the proposal shows at the next turn.
      if (!(error instanceof ReadError || error instanceof ProposalError)) throw error;
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function propose(parts: FirstAdminParts, file: InitialPasswordFile): Promise<void> {
  const password = parts.password ?? (await file.propose());
  const payload: BootstrapAdmin = {
    user_id: newId('usr'),
    username: USERNAME,
    username_key: USERNAME,
    display_name: 'Administrator',
    password_hash: await parts.passwords.hash(password),
  };
  const result = await submitAsSystem(parts.consensus, bootstrapAdmin, payload, attemptMs);
  if (!result.ok) throw new Error(`the first administrator was refused: ${result.detail}`);
  const { created } = result.value as Bootstrapped;
  if (created) parts.logger.info({ username: USERNAME }, 'first administrator made');
}

/** Keeps the file when its password is the one that works, whatever happened on the way. */
async function settle(parts: FirstAdminParts, file: InitialPasswordFile): Promise<void> {
  const proposed = await file.proposed();
  if (proposed === null) return;
  const account = credentialsByUsernameKey(parts.reader, USERNAME);
  const works = await parts.passwords.verify(
    account?.password_hash ?? null,
    proposed,
    () => undefined,
  );
  if (!works) return await file.discard();
  await file.keep();
  parts.logger.info({ file: file.path }, 'password of the first administrator written');
}
