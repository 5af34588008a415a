import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  answerBadTarget,
  answerClientErrors,
  answerMissingHost,
  lacksHost,
} from './client-errors.ts';
import { drainWhenAnswered } from './drain.ts';
import type { ApiEnv } from './env.ts';
import {
  headersTimeoutMs,
  keepAliveTimeoutMs,
  maxHeaderBytes,
  requestTimeoutMs,
  silenceTimeoutMs,
} from './limits.ts';

export interface ApiServer {
  /** Where it listens: the real port when 0 was asked for. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets running requests end within `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/** Serves the app over HTTP/1.1. Rejects when it cannot listen (`EADDRINUSE` and the like). */
export async function serveApi(
  app: OpenAPIHono<ApiEnv>,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ApiServer> {
  const answer = getRequestListener(app.fetch, {
    hostname: host,
    autoCleanupIncoming: false,
    errorHandler: answerBadTarget,
  });
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      if (lacksHost(incoming)) return answerMissingHost(outgoing);
      drainWhenAnswered(incoming, outgoing);
      outgoing.once('close', () => setImmediate(closeIdleWhenStopping, server));
      return answer(incoming, outgoing);
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

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A connection that falls idle after `close` began would hold it up until its keep-alive ends. */
function closeIdleWhenStopping(server: Server): void {
  if (!server.listening) server.closeIdleConnections();
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
