import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { MembershipControl } from './http/ports.ts';
import type { Member } from './raft/core/messages.ts';
import { MembershipError } from './raft/errors.ts';
import type { RaftNode } from './raft/node.ts';

const paceMs = 250;
const attemptTimeoutMs = 5_000;

interface Parts {
  readonly raft: Pick<RaftNode, 'status'>;
  readonly membership: Pick<MembershipControl, 'changeMembers'>;
  readonly logger: Logger;
}

/**
 * Tells the others once where this node is, when the cluster knows another address: it was changed in
 * `cluster.json`. Identity is the id, so an address may change by itself.
 */
export async function announceAddress(
  self: Member,
  { raft, membership, logger }: Parts,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    const known = raft.status().members.find(({ id }) => id === self.id);
    if (known?.raft === self.raft && known.api === self.api) return;
    // A node that joins learns only from the log that it is a member.
    if (known !== undefined) {
      try {
        await membership.changeMembers(
          { kind: 'update', member: self },
          { timeoutMs: attemptTimeoutMs },
        );
        logger.info({ raft: self.raft, api: self.api }, 'the cluster knows the new address');
        return;
      } catch (error) {
        if (!(error instanceof MembershipError)) throw error;
        logger.warn({ code: error.code }, `the new address is not known yet: ${error.message}`);
      }
    }
    await sleep(paceMs, undefined, { signal: until }).catch(() => undefined);
  }
}
