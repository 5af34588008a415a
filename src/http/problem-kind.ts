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

/** Some of the catalogue, by code. */
export type ProblemRows = Readonly<Partial<Record<ProblemCode, ProblemKind>>>;
