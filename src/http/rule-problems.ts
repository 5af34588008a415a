import type { ProblemRows } from './problem-kind.ts';

/** What is sent or asked for goes against a limit or a rule: statuses 413 to 460. */
export const RULE_PROBLEMS = {
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    retryable: false,
    description: '`max_bytes` is the limit of this operation.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'This media type is not understood here',
    retryable: false,
    description: '`accepted` lists the values of `Content-Type` that the operation understands.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'The file has no such bytes',
    retryable: false,
    description: '`Content-Range` says how many bytes the file has.',
  },
  invalid_value: {
    status: 422,
    title: 'A rule says no to a value',
    retryable: false,
    description: 'The request is well formed, a value is not allowed; `errors` names the field.',
  },
  import_invalid: {
    status: 422,
    title: 'The file cannot be imported',
    retryable: false,
    description:
      'Nothing was kept. `errors` says for each mistake the file, the line, the column and how to mend it ' +
      '(`/users.csv/17/email`); `file_errors` has the same in parts, `errors_total` counts those that are not told.',
  },
  too_many_attempts: {
    status: 422,
    title: 'No attempt is left',
    retryable: false,
    description: 'The assignment allows no further attempt.',
  },
  not_open: {
    status: 422,
    title: 'It is not open yet',
    retryable: false,
    description: 'It opens later; `detail` says when.',
  },
  closed: {
    status: 422,
    title: 'It is closed',
    retryable: false,
    description: 'It was closed before the request arrived; `detail` says when.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key belongs to another request',
    retryable: false,
    description: 'A key names one request for 7 days. Use a new key for a new request.',
  },
  quota_exceeded: {
    status: 422,
    title: 'You have too much that is attached to nothing',
    retryable: false,
    description:
      'Files and open uploads count until they are attached, deleted or expired. Attach them, or wait.',
  },
  digest_mismatch: {
    status: 422,
    title: 'The content does not have the digest that was announced',
    retryable: true,
    description: 'The bytes were changed on their way. Nothing was kept; send them again.',
  },
  locked: {
    status: 423,
    title: 'Somebody else has it',
    retryable: true,
    description: '`current` says who has it and until when. Wait, or talk to them.',
  },
  version_required: {
    status: 428,
    title: 'If-Match is required',
    retryable: false,
    description: 'Send `If-Match` with the `ETag` of the version that the change is based on.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many attempts',
    retryable: true,
    description: 'Wait as long as `Retry-After` says.',
  },
  checksum_mismatch: {
    status: 460,
    title: 'The part does not have the checksum that was announced',
    retryable: true,
    description:
      'The bytes were changed on their way. Nothing of the part was kept; send it again.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    retryable: false,
    description: 'Request line and headers may have 16 KiB together. The connection is closed.',
  },
} satisfies ProblemRows;
