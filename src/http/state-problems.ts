import type { ProblemRows } from './problem-kind.ts';

/** The request meets a state that does not allow it: statuses 409 and 412. */
export const STATE_PROBLEMS = {
  conflict: {
    status: 409,
    title: 'The state of the object does not allow this',
    retryable: false,
    description: 'Read the object again: it is in a state in which this cannot be done.',
  },
  already_exists: {
    status: 409,
    title: 'It exists already',
    retryable: false,
    description: 'Another object has the same unique value; `errors` names the field.',
  },
  import_held: {
    status: 409,
    title: 'The import is held',
    retryable: false,
    description:
      'It removes more than its thresholds allow, makes instructors of accounts that were not made by its source, ' +
      'or leaves a course without one. Look at `held_because` and at its changes; then apply ' +
      'it with `"approve": true`, or leave it.',
  },
  course_not_active: {
    status: 409,
    title: 'The course is archived',
    retryable: false,
    description: 'An archived course can be read, not changed.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'The first request with this key is still running',
    retryable: true,
    description: 'Wait a moment and send the same request with the same `Idempotency-Key`.',
  },
  wrong_offset: {
    status: 409,
    title: 'The upload goes on elsewhere',
    retryable: false,
    description: '`offset_bytes` is what a majority of nodes has of the upload. Go on from there.',
  },
  members_changing: {
    status: 409,
    title: 'The members of the cluster are being changed',
    retryable: true,
    description: 'Another change or a transfer of the leadership is under way. Try again shortly.',
  },
  members_unsafe: {
    status: 409,
    title: 'Too few nodes would be left',
    retryable: false,
    description:
      'Of the voters that would be left, fewer than a majority answer. Start those that are down, or ' +
      'replace one of them first.',
  },
  files_unsafe: {
    status: 409,
    title: 'Files would be on too few nodes',
    retryable: true,
    description:
      'A majority of the voters that would be left must have all files. They fetch what they lack: wait. If ' +
      'it never comes, `accept_missing_files` gives those files up.',
  },
  version_mismatch: {
    status: 412,
    title: 'The object was changed by somebody else',
    retryable: false,
    description:
      '`ETag` and `current_version` name the present version. Read it, merge, and send again.',
  },
  tus_version: {
    status: 412,
    title: 'This version of tus is not understood',
    retryable: false,
    description: 'Send `Tus-Resumable` with the version that `Tus-Version` names.',
  },
} satisfies ProblemRows;
