import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { RefusalCode } from '../lms/refusal.ts';

/** What goes wrong before or beside the rules: the request itself, the caller, this node. */
export type TransportCode =
  | 'invalid_json'
  | 'invalid_request'
  | 'unknown_field'
  | 'invalid_cursor'
  | 'invalid_header'
  | 'unauthenticated'
  | 'insufficient_scope'
  | 'registration_closed'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'payload_too_large'
  | 'headers_too_large'
  | 'unsupported_media_type'
  | 'digest_mismatch'
  | 'import_invalid'
  | 'checksum_mismatch'
  | 'tus_version'
  | 'range_not_satisfiable'
  | 'file_unavailable'
  | 'idempotency_in_flight'
  | 'overloaded'
  | 'no_quorum'
  | 'unavailable'
  | 'disk_low'
  | 'members_changing'
  | 'members_unsafe'
  | 'files_unsafe'
  | 'internal';

/** The `code` of every problem document that this API can answer with. */
export type ProblemCode = RefusalCode | TransportCode;

export interface ProblemKind {
  /** 460 is tus's own. */
  readonly status: ContentfulStatusCode | 460;
  readonly title: string;
  /** The same request, sent again later, may succeed. */
  readonly retryable: boolean;
  /** What it means and what to do, for the documentation. */
  readonly description: string;
}

/** One row per code: a code without a row does not compile. Served at `/problems`. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  invalid_json: {
    status: 400,
    title: 'The body is not JSON',
    retryable: false,
    description: 'The body could not be parsed as UTF-8 JSON, or is nested more than 32 deep.',
  },
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    description:
      'A field, parameter or header has a wrong type or shape. `errors` names each of them.',
  },
  unknown_field: {
    status: 400,
    title: 'The request has a field that this operation does not know',
    retryable: false,
    description: 'Unknown fields are refused, so that a misspelt one is never lost in silence.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor is not valid',
    retryable: false,
    description: 'Use `next_cursor` of the previous page as it is, with the same path.',
  },
  invalid_header: {
    status: 400,
    title: 'A request header is not valid',
    retryable: false,
    description: 'A header of this API has a value that it cannot have; `detail` names it.',
  },
  unauthenticated: {
    status: 401,
    title: 'Log in first',
    retryable: false,
    description:
      'There is no bearer token, or it is unknown, expired or revoked. Log in for a new one.',
  },
  invalid_credentials: {
    status: 401,
    title: 'User name or password is wrong',
    retryable: false,
    description: 'The answer is the same whether or not the account exists.',
  },
  refresh_token_invalid: {
    status: 401,
    title: 'The refresh token is not valid',
    retryable: false,
    description:
      'It is unknown, expired, or was used before: then the whole login has ended. Log in again.',
  },
  session_ended: {
    status: 401,
    title: 'The session has ended',
    retryable: false,
    description: 'The session ended while the request was on its way. Nothing was changed.',
  },
  account_not_active: {
    status: 401,
    title: 'The account is not active',
    retryable: false,
    description: 'The account was suspended or deleted. Nothing was changed.',
  },
  registration_closed: {
    status: 403,
    title: 'Nobody can register here',
    retryable: false,
    description:
      'Accounts are made by administrators, unless `auth.self_registration` is set in cluster.json.',
  },
  insufficient_scope: {
    status: 403,
    title: 'The token was not made for this',
    retryable: false,
    description:
      '`required_scope` names the scope that a personal token needs here; without it, log in instead.',
  },
  forbidden: {
    status: 403,
    title: 'Your role may not do this',
    retryable: false,
    description: 'The object is known to the caller, the operation is not allowed to them.',
  },
  not_found: {
    status: 404,
    title: 'There is no such thing',
    retryable: false,
    description: 'It does not exist, or the caller may not know that it does.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This path does not know this method',
    retryable: false,
    description: 'The `Allow` header lists the methods of the path.',
  },
  request_timeout: {
    status: 408,
    title: 'The request came too slowly',
    retryable: true,
    description:
      'Headers have 10 seconds, a whole request has 5 minutes. The connection is closed.',
  },
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
      'It removes more than its thresholds allow. Look at `held_because` and at its changes; then apply ' +
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
};
