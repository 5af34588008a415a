import type { ProblemRows } from './problem-kind.ts';

/** This node fails, or the cluster cannot do it now: statuses from 500. */
export const SERVER_PROBLEMS = {
  internal: {
    status: 500,
    title: 'This node made a mistake',
    retryable: true,
    description: 'Report the `request_id`. Whether a write was applied is unknown.',
  },
  no_quorum: {
    status: 503,
    title: 'No majority of nodes could be reached in time',
    retryable: true,
    description:
      '`outcome` says whether a write was `not_applied` or is `unknown`. A retry with the same ' +
      '`Idempotency-Key` is safe in both cases.',
  },
  overloaded: {
    status: 503,
    title: 'The cluster has more to do than it can take',
    retryable: true,
    description: 'Wait as long as `Retry-After` says and send the same request again.',
  },
  unavailable: {
    status: 503,
    title: 'This node is not serving',
    retryable: true,
    description: 'The node is starting or stopping. Use another node, or wait.',
  },
  file_unavailable: {
    status: 503,
    title: 'No node that could be reached has the file undamaged',
    retryable: true,
    description: 'The file is fetched from another node as soon as one that has it is back.',
  },
  placement_expired: {
    status: 503,
    title: 'Too much time passed before the file was recorded',
    retryable: true,
    description: 'Nothing was written. Send the request again, with its bytes.',
  },
  disk_low: {
    status: 507,
    title: 'The disk of the leader is nearly full',
    retryable: true,
    description: 'Nothing was written. It clears by itself when there is room again.',
  },
} satisfies ProblemRows;
