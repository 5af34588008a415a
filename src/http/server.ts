import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Answer, sendAnswer } from './answer.ts';
import { answerClientErrors, answerInstead, lacksHost } from './client-errors.ts';
import type { ApiEnv } from './env.ts';
import {
  headersTimeoutMs,
  keepAliveTimeoutMs,
  maxHeaderBytes,
  requestTimeoutMs,
  silenceTimeoutMs,
} from './limits.ts';
import { requestUrl } from './request-url.ts';
import { ServedRequest } from './served-request.ts';

const idleCheckMs = 10;

export interface ApiServer {
  /** Where it listens: the real port when 0 was asked for. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets running requests end within `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Told why an answer broke off, unless the client left. */
  readonly report?: (error: unknown) => void;
}

/** Serves the app over HTTP/1.1. Rejects when it cannot listen (`EADDRINUSE` and the like). */
export async function serveApi(
  app: OpenAPIHono<ApiEnv>,
  { host, port, report = () => undefined }: ServeOptions,
): Promise<ApiServer> {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      requireHostHeader: false,
      joinDuplicateHeaders: true,
      optimizeEmptyRequests: true,
    },
    (incoming, outgoing) => {
      const url = lacksHost(incoming) ? null : requestUrl(incoming, host);
      if (url === null) return answerInstead(outgoing, 'invalid_request');
      return answer(app, url, incoming, outgoing).catch((error: NodeJS.ErrnoException) => {
        outgoing.destroy();
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') report(error);
      });
    },
  );
  server.timeout = silenceTimeoutMs;
  answerClientErrors(server);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    close: (graceMs) => close(server, graceMs),
  };
}

async function answer(
  app: OpenAPIHono<ApiEnv>,
  url: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const answer = new Answer();
  const request = new ServedRequest(incoming, url) as unknown as Request;
  await app.fetch(request, { incoming, answer });
  await sendAnswer(answer, incoming, outgoing);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Connections that fall idle while the running requests end would hold it up until their keep-alive ends. */
function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    const closeIdle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(closeIdle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
