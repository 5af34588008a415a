/**
 * The messages of the protocol, field for field those of the proto schema. They are the same
 * objects in the core and on the wire: plain MessagePack maps keyed by these names.
 * Indexes, terms and rounds are integers below 2^53.
 */

export type NodeId = string;

/** `LogEntry.type` as it stands on the wire and in the log file. */
export const ENTRY_TYPE = { command: 0, no_op: 1, configuration: 2 } as const;
export type EntryType = (typeof ENTRY_TYPE)[keyof typeof ENTRY_TYPE];

export interface LogEntry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  /** Opaque to Raft; packed once and the same bytes written, sent and applied. */
  readonly command: Uint8Array;
}

export interface Member {
  readonly id: NodeId;
  /** `host:port` of the Raft listener. */
  readonly raft: string;
  /** Base URL of the HTTP API. */
  readonly api: string;
  /** Of a learner: the voter that leaves when this one is promoted. Beyond the schema. */
  readonly replaces?: NodeId;
  /** Of the folder that holds its log, see `directories.ts`; absent: not known yet. Beyond the schema. */
  readonly directory_id?: string;
}

/** A joint configuration (thesis §4.3) has a non-empty `voters_outgoing`. */
export interface Configuration {
  readonly voters: readonly Member[];
  readonly voters_outgoing: readonly Member[];
  readonly learners: readonly Member[];
  /** Ids that were members once and never may be again. Beyond the schema; absent: none. */
  readonly removed?: readonly NodeId[];
}

export interface VoteRequest {
  readonly term: number;
  readonly candidate_id: NodeId;
  readonly last_log_index: number;
  readonly last_log_term: number;
  readonly pre_vote: boolean;
  readonly leadership_transfer: boolean;
}

export interface VoteResponse {
  readonly term: number;
  readonly vote_granted: boolean;
  readonly pre_vote: boolean;
  /** The directory that it is an answer to. Beyond the schema; absent: the candidate did not say. */
  readonly candidate_directory?: string;
}

export interface AppendEntriesRequest {
  readonly term: number;
  readonly leader_id: NodeId;
  readonly prev_log_index: number;
  readonly prev_log_term: number;
  readonly entries: readonly LogEntry[];
  readonly leader_commit: number;
  readonly read_round: number;
  /** What the receiver has acknowledged in this term. Beyond the schema; absent: unknown. */
  readonly acknowledged_index?: number;
  /** With which directory it did; absent: with the one that the configuration says. Beyond the schema. */
  readonly acknowledged_by?: string;
  /** Nothing depends on an answer, unless it is a refusal. Beyond the schema; absent: it does. */
  readonly is_notice?: boolean;
}

export interface AppendEntriesResponse {
  readonly term: number;
  readonly success: boolean;
  /** On success: the last index that this message proved to match, and that is durable here. */
  readonly match_index: number;
  /** On refusal: where the leader should go on, and the term found there (0: none). */
  readonly conflict_index: number;
  readonly conflict_term: number;
  readonly read_round: number;
  /** It helps to elect nobody else for the shortest election timeout. Beyond the schema. */
  readonly keeps_lease?: boolean;
}

export interface ReadIndexRequest {
  /** Of the sender when it asked: beyond the schema, so that the question confirms the leader too. */
  readonly term: number;
  readonly request_id: string;
}

/** `read_index` is -1 when the callee is not a leader that can serve reads. */
export interface ReadIndexResponse {
  readonly request_id: string;
  readonly term: number;
  readonly read_index: number;
}

/** The leader asks its successor to campaign at once. */
export interface TimeoutNowRequest {
  readonly term: number;
  readonly leader_id: NodeId;
}

/** One part of a snapshot on its way to a follower. The core sees only that all have come. */
export interface InstallSnapshotRequest {
  readonly term: number;
  readonly leader_id: NodeId;
  readonly last_included_index: number;
  readonly last_included_term: number;
  readonly configuration: Configuration;
  readonly configuration_index: number;
  /** Where `data` belongs in the file. */
  readonly offset: number;
  readonly data: Uint8Array;
  /** CRC-32 of `data`, big-endian. */
  readonly chunk_crc: Uint8Array;
  /** With `data` the file is whole. */
  readonly done: boolean;
  /** SHA-256 of the whole file. */
  readonly digest: Uint8Array;
}

export interface InstallSnapshotResponse {
  readonly term: number;
  /** Where the receiver wants the next part from. */
  readonly next_offset: number;
}

/** What the core sends and receives. Forwarding is the driver's, it never reaches the core. */
export type Message =
  | { readonly kind: 'VoteRequest'; readonly body: VoteRequest }
  | { readonly kind: 'VoteResponse'; readonly body: VoteResponse }
  | { readonly kind: 'AppendEntriesRequest'; readonly body: AppendEntriesRequest }
  | { readonly kind: 'AppendEntriesResponse'; readonly body: AppendEntriesResponse }
  | { readonly kind: 'TimeoutNowRequest'; readonly body: TimeoutNowRequest }
  | { readonly kind: 'ReadIndexRequest'; readonly body: ReadIndexRequest }
  | { readonly kind: 'ReadIndexResponse'; readonly body: ReadIndexResponse };

export type MessageKind = Message['kind'];

/** A client's command on its way to the leader. */
export interface ForwardRequest {
  readonly client_id: NodeId;
  readonly request_id: string;
  readonly command: Uint8Array;
}

/** Where the leader put it; `index` 0 means refused, and `error` says why. */
export interface ForwardResponse {
  readonly index: number;
  readonly term: number;
  readonly error: ForwardError | '';
}

export type ForwardError = 'not_leader' | 'overloaded' | 'disk_low' | 'too_large';
