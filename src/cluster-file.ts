import { z } from 'zod';
import {
  defaultDeadlineMs,
  defaultMaxFileBytes,
  defaultMaxUnattachedBytes,
} from './http/limits.ts';
import { assertClusterId, assertNodeId } from './pki/identity.ts';
import { DEFAULT_LOG_LIMITS } from './raft/log/limits.ts';

const maxNodes = 15;
const minHeartbeatMs = 10;
const maxElectionTimeoutMs = 60_000;
/** Below this, one lost heartbeat or a slow fsync starts an election (thesis §3.9). */
const minHeartbeatsPerElectionTimeout = 5;
const defaultScrubBytesPerSecond = 4 * 1024 * 1024;
const maxFileBytes = 2 * 1024 * 1024 * 1024;
const maxReserveBytes = 2 ** 40;

const nodeSchema = z.strictObject({
  id: z.string().superRefine(acceptedBy(assertNodeId)),
  raft: z.string().refine(isHostAndPort, 'must be "host:port", such as "10.0.0.1:9001"'),
  api: z.string().refine(isBaseUrl, 'must be "http://host:port", with the port and without a path'),
});

const timingSchema = z
  .strictObject({
    heartbeat_ms: z.int().min(minHeartbeatMs).max(maxElectionTimeoutMs).default(100),
    election_timeout_min_ms: z.int().min(1).max(maxElectionTimeoutMs).default(1000),
    election_timeout_max_ms: z.int().min(1).max(maxElectionTimeoutMs).default(2000),
    request_deadline_ms: z.int().min(100).max(600_000).default(defaultDeadlineMs),
  })
  .superRefine((timing, context) => {
    const { heartbeat_ms, election_timeout_min_ms, election_timeout_max_ms } = timing;
    const least = minHeartbeatsPerElectionTimeout * heartbeat_ms;
    if (election_timeout_min_ms < least) {
      context.addIssue({
        code: 'custom',
        path: ['election_timeout_min_ms'],
        message: `is ${election_timeout_min_ms}, below ${minHeartbeatsPerElectionTimeout} × heartbeat_ms, so one late heartbeat would start an election: set it to ${least} or more`,
      });
    }
    if (election_timeout_max_ms <= election_timeout_min_ms) {
      context.addIssue({
        code: 'custom',
        path: ['election_timeout_max_ms'],
        message: `is ${election_timeout_max_ms}, not above election_timeout_min_ms, so nodes would stand for election at the same time: set it to about ${2 * election_timeout_min_ms}`,
      });
    }
  });

const nodesSchema = z
  .array(nodeSchema)
  .min(1, 'is empty: a cluster has at least one node')
  .max(maxNodes, `has too many nodes: at most ${maxNodes} may vote`)
  .superRefine((nodes, context) => {
    for (const { path, value, first } of repetitions(nodes)) {
      context.addIssue({
        code: 'custom',
        path,
        message: `is ${JSON.stringify(value)}, which ${first} has already: every node needs its own id, Raft address and API address`,
      });
    }
  });

const settings = {
  timing: timingSchema.prefault({}),
  auth: z
    .strictObject({
      /** Whoever reaches the API may make an account for themselves, as a student. */
      self_registration: z.boolean().default(false),
    })
    .prefault({}),
  files: z
    .strictObject({
      max_file_bytes: z.int().min(1).max(maxFileBytes).default(defaultMaxFileBytes),
      /** Of one person's files and uploads that are attached to nothing. */
      max_unattached_bytes: z.int().min(1).default(defaultMaxUnattachedBytes),
      /** How fast a node reads its files to find damage; 0: not at all. */
      scrub_bytes_per_second: z.int().min(0).default(defaultScrubBytesPerSecond),
    })
    .prefault({}),
  disk: z
    .strictObject({
      /** Below this much free space nothing new is taken; see docs/OPERATING.md. */
      reserve_bytes: z.int().min(0).max(maxReserveBytes).default(DEFAULT_LOG_LIMITS.reserveBytes),
    })
    .prefault({}),
  tutor: z
    .strictObject({
      /** `null`: no model, the tutor answers with passages only. */
      ollama_host: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default('http://127.0.0.1:11434'),
      model: z.string().min(1).max(200).default('deepseek-r1:1.5b'),
    })
    .prefault({}),
  /** `lease` spares reads a round of questions, and assumes more: docs/OPERATING.md. */
  reads: z.enum(['read_index', 'lease']).default('read_index'),
  write_forwarding: z.enum(['forward', 'redirect']).default('forward'),
  cors_origins: z
    .array(z.string().refine(isOrigin, 'must be an origin, such as "https://lms.example.org"'))
    .default([]),
};

/** `cluster.json` as every node reads it: the same file on all nodes. */
export const clusterFileSchema = z.strictObject({
  cluster_id: z.string().superRefine(acceptedBy(assertClusterId)),
  /** SHA-256 (hex) of the backup that all first nodes begin with; absent: they begin empty. */
  restored_from: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be the SHA-256 that 'lms-admin init --backup' wrote")
    .optional(),
  nodes: nodesSchema,
  ...settings,
});
export type ClusterFile = z.infer<typeof clusterFileSchema>;
export type ClusterNode = ClusterFile['nodes'][number];

/** The file in the root of the repository: what `lms-admin init` copies, without an identity. */
export const clusterTemplateSchema = z.strictObject({ nodes: nodesSchema, ...settings });

/** `host:port` as its two parts; an IPv6 host without its brackets. `null` when it is neither. */
export function parseAddress(address: string): { host: string; port: number } | null {
  const url = URL.parse(`tcp://${address}`);
  const port = Number(url?.port);
  if (url === null || url.host !== address || !(port >= 1)) return null;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function isHostAndPort(text: string): boolean {
  return parseAddress(text) !== null;
}

function isBaseUrl(text: string): boolean {
  const address = /^http:\/\/([^/]+)$/.exec(text)?.[1];
  return address !== undefined && isHostAndPort(address);
}

function isOrigin(text: string): boolean {
  return URL.parse(text)?.origin === text;
}

/** Turns an assertion that throws with a text for people into an issue with that text. */
function acceptedBy(assert: (value: string) => void) {
  return (value: string, context: z.core.$RefinementCtx<string>) => {
    try {
      assert(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  };
}

/** Every id or address that stands in the list for the second time. */
function repetitions(nodes: readonly z.infer<typeof nodeSchema>[]) {
  const seen = new Map<string, string>();
  const found: { path: (string | number)[]; value: string; first: string }[] = [];
  for (const [n, node] of nodes.entries()) {
    for (const field of ['id', 'raft', 'api'] as const) {
      const value = node[field];
      const key = field === 'id' ? `id ${value}` : `address ${value.replace('http://', '')}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, `nodes[${n}].${field}`);
      else found.push({ path: [n, field], value, first });
    }
  }
  return found;
}
