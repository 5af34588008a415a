import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ClusterFile, clusterFileSchema } from './cluster-file.ts';
import { OperatorError } from './operator-error.ts';

/**
 * All that a new node needs for its first start, in one file that only its operator may read:
 * `lms-admin add-node` writes it, `lms-node --join` reads it.
 */
const bundleSchema = z.strictObject({
  format: z.literal(1),
  node_id: z.string(),
  /** The log index by which it is a member. */
  join_index: z.int().min(1),
  /** The settings of the cluster; `nodes` are the new one and those who may lead it. */
  cluster: clusterFileSchema,
  /** PEM texts. */
  ca: z.string(),
  certificate: z.string(),
  key: z.string(),
  /** Of the cluster: all nodes sign receipts alike. */
  receipt_key: z.string(),
});
export type JoinBundle = z.infer<typeof bundleSchema>;

export function joinBundle(
  cluster: ClusterFile,
  node: {
    readonly node_id: string;
    readonly join_index: number;
    readonly ca: string;
    readonly certificate: string;
    readonly key: string;
    readonly receipt_key: string;
  },
): string {
  const bundle: JoinBundle = { format: 1, cluster, ...node };
  return `${JSON.stringify(bundle, null, 2)}\n`;
}

/** Throws `OperatorError` for what is no such file. */
export function readJoinBundle(path: string): JoinBundle {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new OperatorError(
      `${path} cannot be read (${(error as Error).message}): give --join the file that 'lms-admin add-node' made`,
    );
  }
  const result = bundleSchema.safeParse(parsed);
  if (result.success) return result.data;
  throw new OperatorError(
    `${path} is not what 'lms-admin add-node' made, or is of another version: make it again there`,
  );
}
