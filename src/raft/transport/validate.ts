import type {
  ForwardRequest,
  ForwardResponse,
  Message,
  MessageKind,
  NodeId,
} from '../core/messages.ts';
import type { TransportLimits } from './limits.ts';
import { Refused } from './refusals.ts';

type Fields = Readonly<Record<string, unknown>>;
type Check = (body: Fields, limits: TransportLimits) => void;

/**
 * The schema of each message, checked by hand because it runs for every frame. Unknown fields
 * pass, as in proto3; a known one that is missing or wrong does not.
 */
const CHECKS: Record<MessageKind, Check> = {
  VoteRequest(body, limits) {
    count(body, 'term');
    id(body, 'candidate_id', limits);
    count(body, 'last_log_index');
    count(body, 'last_log_term');
    flag(body, 'pre_vote');
    flag(body, 'leadership_transfer');
  },
  VoteResponse(body, limits) {
    count(body, 'term');
    flag(body, 'vote_granted');
    flag(body, 'pre_vote');
    if (body.candidate_directory !== undefined) id(body, 'candidate_directory', limits);
  },
  AppendEntriesRequest(body, limits) {
    const term = count(body, 'term');
    id(body, 'leader_id', limits);
    const prev_log_index = count(body, 'prev_log_index');
    const prev_log_term = count(body, 'prev_log_term');
    count(body, 'leader_commit');
    count(body, 'read_round');
    if (body.acknowledged_index !== undefined) count(body, 'acknowledged_index');
    if (body.acknowledged_by !== undefined) id(body, 'acknowledged_by', limits);
    if (body.is_notice !== undefined) flag(body, 'is_notice');
    entries(body, { term, prev_log_index, prev_log_term }, limits);
  },
  AppendEntriesResponse(body) {
    count(body, 'term');
    flag(body, 'success');
    count(body, 'match_index');
    count(body, 'conflict_index');
    count(body, 'conflict_term');
    count(body, 'read_round');
    if (body.keeps_lease !== undefined) flag(body, 'keeps_lease');
  },
  TimeoutNowRequest(body, limits) {
    count(body, 'term');
    id(body, 'leader_id', limits);
  },
  ReadIndexRequest(body, limits) {
    count(body, 'term');
    id(body, 'request_id', limits);
  },
  ReadIndexResponse(body, limits) {
    id(body, 'request_id', limits);
    count(body, 'term');
    if (body.read_index !== -1) count(body, 'read_index');
  },
};

/** The message in `body`, or a throw of `Refused` 'schema', 'oversized' or 'wrong_sender'. */
export function checkedMessage(
  kind: MessageKind,
  body: Fields,
  from: NodeId,
  limits: TransportLimits,
): Message {
  CHECKS[kind](body, limits);
  const message = { kind, body } as unknown as Message;
  const author = authorOf(message);
  if (author !== null && author !== from) {
    throw new Refused('wrong_sender', `${kind} in the name of ${author} came from ${from}`);
  }
  return message;
}

export function checkedForwardRequest(body: Fields, limits: TransportLimits): ForwardRequest {
  const client_id = id(body, 'client_id', limits);
  const request_id = id(body, 'request_id', limits);
  return { client_id, request_id, command: command(body, 'ForwardRequest', limits) };
}

const FORWARD_ERRORS: readonly ForwardResponse['error'][] = [
  '',
  'not_leader',
  'overloaded',
  'disk_low',
  'too_large',
];

export function checkedForwardResponse(body: Fields): ForwardResponse {
  const error = FORWARD_ERRORS.find((known) => known === body.error);
  if (error === undefined) throw wrong('error', 'one of the known errors or empty');
  return { index: count(body, 'index'), term: count(body, 'term'), error };
}

/** A safe integer from 0. */
export function count(body: Fields, field: string): number {
  const value = body[field];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw wrong(field, 'an integer from 0 to 2^53 - 1');
  }
  return value;
}

export function id(body: Fields, field: string, limits: TransportLimits): string {
  const value = body[field];
  if (typeof value !== 'string' || value.length === 0 || value.length > limits.maxIdLength) {
    throw wrong(field, `a string of 1 to ${limits.maxIdLength} characters`);
  }
  return value;
}

function flag(body: Fields, field: string): void {
  if (typeof body[field] !== 'boolean') throw wrong(field, 'a boolean');
}

function command(body: Fields, where: string, limits: TransportLimits): Uint8Array {
  const bytes = body.command;
  if (!(bytes instanceof Uint8Array)) throw wrong('command', 'bytes');
  if (bytes.length > limits.maxEntryBytes) {
    throw new Refused(
      'oversized',
      `a command of ${bytes.length} bytes in ${where} is over the limit of ${limits.maxEntryBytes}`,
    );
  }
  return bytes;
}

/**
 * Entries follow `prev_log_index` without a gap, and terms never go down and never exceed the
 * leader's: so much holds of every log (paper §5.3), and the core may rely on it.
 */
function entries(
  body: Fields,
  after: { term: number; prev_log_index: number; prev_log_term: number },
  limits: TransportLimits,
): void {
  const list = body.entries;
  if (!Array.isArray(list)) throw wrong('entries', 'an array');
  if (list.length > limits.maxEntriesPerMessage) {
    throw new Refused(
      'oversized',
      `${list.length} entries in a message are over the limit of ${limits.maxEntriesPerMessage}`,
    );
  }
  let index = after.prev_log_index;
  let term = after.prev_log_term;
  for (const entry of list) {
    if (typeof entry !== 'object' || entry === null) throw wrong('entries', 'an array of maps');
    index += 1;
    if (entry.index !== index) throw wrong('entries', 'contiguous from prev_log_index + 1');
    const entryTerm = count(entry, 'term');
    if (entryTerm < term || entryTerm > after.term) {
      throw wrong('entries', 'in terms that do not go down, up to the term of the message');
    }
    term = entryTerm;
    if (entry.type !== 0 && entry.type !== 1 && entry.type !== 2) throw wrong('type', '0, 1 or 2');
    command(entry, 'an entry', limits);
  }
}

function authorOf(message: Message): NodeId | null {
  if (message.kind === 'VoteRequest') return message.body.candidate_id;
  if (message.kind === 'AppendEntriesRequest') return message.body.leader_id;
  if (message.kind === 'TimeoutNowRequest') return message.body.leader_id;
  return null;
}

function wrong(field: string, expected: string): Refused {
  return new Refused('schema', `${field} must be ${expected}`);
}
