import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { NodeId } from '../core/messages.ts';
import { abandonRequest, respond } from './http-body.ts';
import type { TransportLimits } from './limits.ts';
import { pump } from './pump.ts';
import type { TransportLogger } from './refusals.ts';

/** What a peer asks by the side channel; its certificate vouches for `from`. */
export interface PeerRequest {
  readonly from: NodeId;
  readonly method: string;
  /** With the query, if any. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Read at the handler's own pace; flow control holds the peer back. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the peer went away before the response was complete. */
  readonly signal: AbortSignal;
}

export interface PeerResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** A throw is logged and answered with 500; expected failures are statuses. */
export type PeerHandler = (request: PeerRequest) => Promise<PeerResponse>;

const FAILED = { code: 'failed', message: 'the request failed; the log of this node says why' };

/** Dispatches side-channel requests by path. */
export class PeerHandlers {
  readonly #limits: Pick<TransportLimits, 'sideIdleMs'>;
  readonly #logger: TransportLogger;
  readonly #handlers: { prefix: string; handler: PeerHandler }[] = [];

  constructor(limits: Pick<TransportLimits, 'sideIdleMs'>, logger: TransportLogger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  add(prefix: string, handler: PeerHandler): void {
    this.#handlers.push({ prefix, handler });
    this.#handlers.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  async serve(
    from: NodeId,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    const path = headers[':path'] ?? '';
    const found = this.#handlers.find(({ prefix }) => path.startsWith(prefix));
    if (found === undefined) {
      respond(stream, constants.HTTP_STATUS_NOT_FOUND, {
        code: 'not_found',
        message: 'no such path',
      });
      return;
    }
    stream.setTimeout(this.#limits.sideIdleMs, () => stream.close(constants.NGHTTP2_CANCEL));
    const gone = new AbortController();
    stream.on('close', () => gone.abort());
    const method = headers[':method'] ?? '';
    try {
      const { handler } = found;
      const body = stream.iterator({ destroyOnReturn: false });
      const request = { from, method, path, headers, body, signal: gone.signal };
      await write(stream, await handler(request));
    } catch (error) {
      this.#logger.warn({ peer: from, method, path, err: error }, 'a request of a peer failed');
      if (stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      else respond(stream, constants.HTTP_STATUS_INTERNAL_SERVER_ERROR, FAILED);
    }
  }
}

async function write(stream: ServerHttp2Stream, response: PeerResponse): Promise<void> {
  if (stream.destroyed || stream.closed) return;
  const headers: OutgoingHttpHeaders = { ...response.headers, ':status': response.status };
  stream.respond(headers);
  if (response.body === undefined) {
    stream.end();
    stream.resume();
    return;
  }
  if (response.body instanceof Uint8Array) stream.end(response.body);
  else await pump(response.body, stream);
  abandonRequest(stream);
}
