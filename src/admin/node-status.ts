import { z } from 'zod';

/** What `GET /v1/cluster` says, as far as it is used here; new fields of newer nodes are let by. */
const clusterAnswer = z.object({
  node_id: z.string(),
  role: z.string(),
  leader_id: z.string().nullable(),
  term: z.int(),
  commit_index: z.int(),
  applied_index: z.int(),
  /** A node of before it was said does not know. */
  disk_low: z.boolean().nullable().default(null),
  founding: z.boolean().default(false),
  version: z.string(),
  started_at: z.string(),
  nodes: z.array(z.object({ id: z.string(), api: z.string(), voter: z.boolean() })),
});
export type ClusterAnswer = z.infer<typeof clusterAnswer>;

export type NodeStatus =
  | ({ readonly id: string; readonly api: string; readonly reachable: true } & Omit<
      ClusterAnswer,
      'nodes' | 'node_id'
    > & {
        /** Entries that some node knows to be committed and this one has not applied. */
        readonly lag: number;
      })
  | {
      readonly id: string;
      readonly api: string;
      readonly reachable: false;
      readonly reason: string;
    };

/** Asks one node. Rejects when it gives no such answer in time. */
export async function askNode(api: string, timeoutMs: number): Promise<ClusterAnswer> {
  const response = await fetch(`${api}/v1/cluster`, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`it answers with status ${response.status}`);
  const parsed = clusterAnswer.safeParse(await response.json().catch(() => null));
  if (!parsed.success) throw new Error('it answers, but not as a node of Quorum LMS');
  return parsed.data;
}

/** Asks every node that the first one names; who does not answer is in the result too. */
export async function askAllNodes(first: ClusterAnswer, timeoutMs: number): Promise<NodeStatus[]> {
  const answers = await Promise.all(
    first.nodes.map(async ({ id, api }) => {
      try {
        return { id, api, answer: await askNode(api, timeoutMs) };
      } catch (error) {
        return { id, api, reason: reasonOf(error) };
      }
    }),
  );
  const committed = Math.max(...answers.map(({ answer }) => answer?.commit_index ?? 0));
  return answers.map(({ id, api, answer, reason }) => {
    if (answer === undefined) return { id, api, reachable: false, reason };
    const { nodes: _nodes, node_id: _id, ...rest } = answer;
    return { id, api, reachable: true, ...rest, lag: committed - rest.applied_index };
  });
}

/** `fetch` hides what went wrong in its cause. */
export function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return 'no answer in time';
  if (cause?.code === 'ECONNREFUSED') return 'nothing listens there';
  return cause?.code ?? message;
}
