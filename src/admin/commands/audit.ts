import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { OperatorError } from '../../operator-error.ts';
import {
  type AdminSession,
  inSession,
  SESSION_OPTIONS,
  type SessionOptions,
} from '../admin-session.ts';
import { askAllNodes, askNode, type NodeStatus, reasonOf } from '../node-status.ts';
import {
  type ChainNode,
  compareChains,
  type Difference,
  nodesWithoutHash,
} from '../verify-chain.ts';

interface Options extends SessionOptions {
  readonly expect: readonly string[];
}

const statusTimeoutMs = 3_000;
/** What one answer of `GET /v1/audit/chain` is about, at most. */
const blockEntries = 2_000;

const partSchema = z.object({ to: z.int(), chain_hash: z.string(), rows_sha256: z.string() });

const verifyCommand: CommandModule<object, Options> = {
  command: 'verify',
  describe: 'Compare the audit trail and its hash chain on all nodes, entry by entry',
  builder: {
    expect: {
      type: 'string',
      array: true,
      default: [],
      describe: 'INDEX:HASH of an earlier run: what was before must be what it was then',
    },
    ...SESSION_OPTIONS,
  },
  async handler(options) {
    const kept = options.expect.map(parseExpectation);
    const base = options.url.replace(/\/+$/, '');
    const first = await askNode(base, statusTimeoutMs).catch((error: unknown) => {
      throw new OperatorError(
        `${base} does not answer (${reasonOf(error)}): give the address of a node that runs with --url`,
      );
    });
    const statuses = await askAllNodes(first, statusTimeoutMs);
    const reachable = statuses.filter((node) => node.reachable);
    const last = Math.min(...reachable.map((node) => node.applied_index));
    await inSession(options, async (session) => {
      const nodes = reachable.map((node) => chainNode(session, node));
      const differences = await compareChains(nodes, last, blockEntries);
      const broken = await brokenExpectations(nodes, kept);
      report(statuses, differences, broken);
      const head = await nodes[0]?.part(last, last);
      console.log(
        `Up to entry ${last} the audit trail is the same on ${reachable.map(({ id }) => id).join(', ')}.\n` +
          `Keep this elsewhere, and give it to the next run: --expect ${last}:${head?.chain_hash}`,
      );
    });
  },
};

export const auditCommand: CommandModule = {
  command: 'audit <what>',
  describe: 'Look after the audit trail',
  builder: (program) => program.command(verifyCommand).demandCommand(1, 'Say what to do'),
  handler: () => undefined,
};

function chainNode(session: AdminSession, { id, api }: NodeStatus): ChainNode {
  const there = session.at(api);
  return {
    id,
    async part(from, to) {
      const answer = await there.call(`GET /v1/audit/chain?from=${from}&to=${to}`);
      return partSchema.parse(answer);
    },
  };
}

interface Expectation {
  readonly index: number;
  readonly hash: string;
}

function parseExpectation(text: string): Expectation {
  const [, index, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (index === undefined || hash === undefined) {
    throw new OperatorError(`--expect ${text}: must be INDEX:HASH, as an earlier run printed it`);
  }
  return { index: Number(index), hash };
}

async function brokenExpectations(nodes: readonly ChainNode[], kept: readonly Expectation[]) {
  const lines: string[] = [];
  for (const { index, hash } of kept) {
    const ids = await nodesWithoutHash(nodes, index, hash);
    if (ids.length > 0) lines.push(`entry ${index} is not what was kept, on ${ids.join(', ')}`);
  }
  return lines;
}

/** Throws when something differs: the exit code says so too. */
function report(
  statuses: readonly NodeStatus[],
  differences: readonly Difference[],
  broken: readonly string[],
): void {
  for (const node of statuses) {
    if (!node.reachable) console.log(`${node.id} was not compared: ${node.reason}.`);
  }
  const lines = [...differences.map(differenceText), ...broken];
  if (lines.length === 0) return;
  throw new OperatorError(
    `the audit trails differ: ${lines.join('; ')}. Keep copies of the data folders before you mend ` +
      'anything, and replace the node that differs from the majority',
  );
}

function differenceText({ index, groups, forked }: Difference): string {
  const sides = groups.map(
    ({ nodes, chain_hash }) => `${nodes.join(', ')} (${chain_hash.slice(0, 12)}…)`,
  );
  const what = forked ? 'from entry' : 'a row was changed at entry';
  return `${what} ${index}: ${sides.join(' against ')}`;
}
