import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type {
  ForwardRequest,
  ForwardResponse,
  InstallSnapshotRequest,
  InstallSnapshotResponse,
  Message,
  MessageKind,
  NodeId,
} from '../core/messages.ts';
import { decode } from './codec.ts';
import { MSGPACK, readBody, respond } from './http-body.ts';
import type { TransportLimits } from './limits.ts';
import { type RefusalReason, type Refusals, Refused } from './refusals.ts';
import type { ReplyWaiters } from './reply-waiters.ts';
import { checkedForwardRequest, checkedMessage } from './validate.ts';
import { checkedInstallSnapshot } from './validate-snapshot.ts';

export const RPC_PREFIX = '/raft.v1.Raft/';
/** What a stream says in its handshake. */
export const DIRECTORY_HEADER = 'raft-directory';

/** Methods whose answer is the core's. */
const CORE_METHODS = new Map<string, MessageKind>([
  ['RequestVote', 'VoteRequest'],
  ['AppendEntries', 'AppendEntriesRequest'],
  ['ReadIndex', 'ReadIndexRequest'],
]);

const STATUS: Partial<Record<RefusalReason, number>> = {
  unknown_method: constants.HTTP_STATUS_NOT_FOUND,
  oversized: constants.HTTP_STATUS_PAYLOAD_TOO_LARGE,
  wrong_sender: constants.HTTP_STATUS_FORBIDDEN,
  overloaded: constants.HTTP_STATUS_SERVICE_UNAVAILABLE,
  unserved: constants.HTTP_STATUS_SERVICE_UNAVAILABLE,
};

export interface RpcOptions {
  readonly limits: TransportLimits;
  readonly refusals: Refusals;
  readonly waiters: ReplyWaiters;
  readonly onMessage: (from: NodeId, message: Message, directoryId: string | null) => void;
  readonly onForward: (from: NodeId, request: ForwardRequest) => Promise<ForwardResponse>;
  readonly onInstallSnapshot: (
    from: NodeId,
    request: InstallSnapshotRequest,
  ) => Promise<InstallSnapshotResponse>;
}

/** Methods whose answer is the driver's. */
const DRIVER_METHODS = new Set(['ForwardRequest', 'InstallSnapshot']);

/**
 * The unary form of the RPCs: one map in, one map out. Snapshots come this way; the others have streams,
 * and this for tools and tests of other make.
 */
export class Rpc {
  readonly #options: RpcOptions;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  async serve(
    peer: NodeId,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    const method = (headers[':path'] ?? '').slice(RPC_PREFIX.length);
    try {
      const answer = await this.#call(peer, method, stream, headers);
      if (answer !== null) respond(stream, constants.HTTP_STATUS_OK, answer);
      else {
        const message = `no answer within ${this.#options.limits.unaryTimeoutMs} ms`;
        respond(stream, constants.HTTP_STATUS_GATEWAY_TIMEOUT, { code: 'timeout', message });
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#options.refusals.record(error, peer);
      const status = STATUS[error.reason] ?? constants.HTTP_STATUS_BAD_REQUEST;
      respond(stream, status, { code: error.reason, message: error.message });
    }
  }

  async #call(
    peer: NodeId,
    method: string,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): Promise<object | null> {
    const kind = CORE_METHODS.get(method);
    if (kind === undefined && !DRIVER_METHODS.has(method)) {
      throw new Refused(
        'unknown_method',
        `there is no method ${JSON.stringify(method.slice(0, 64))}`,
      );
    }
    if (headers[':method'] !== 'POST' || headers['content-type'] !== MSGPACK) {
      throw new Refused('malformed', `call by POST with content-type ${MSGPACK}`);
    }
    const { limits } = this.#options;
    const body = decode(await readBody(stream, limits.maxMessageBytes));
    if (method === 'InstallSnapshot') {
      const request = checkedInstallSnapshot(body, peer, limits);
      return served(this.#options.onInstallSnapshot(peer, request));
    }
    if (kind === undefined) {
      return served(this.#options.onForward(peer, checkedForwardRequest(body, limits)));
    }
    const message = checkedMessage(kind, body, peer, limits);
    const answer = this.#options.waiters.wait(peer, message);
    const directory = headers[DIRECTORY_HEADER];
    this.#options.onMessage(peer, message, typeof directory === 'string' ? directory : null);
    return (await answer)?.body ?? null;
  }
}

async function served<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new Refused('unserved', (error as Error).message);
  }
}
