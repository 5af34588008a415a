import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newRequestId } from './ids.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import type { ProblemCode } from './problem-kind.ts';

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * What is no HTTP request, or came too slowly, never reaches the app: it gets its problem document
 * here, and the connection is closed, since nobody knows where the next request would begin.
 */
export function answerClientErrors(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    write(socket, CODES[error.code ?? ''] ?? 'invalid_request');
  });
}

/** HTTP/1.1 asks for a `Host` (RFC 9112 §3.2); Node's own refusal would have no body. */
export function lacksHost(incoming: IncomingMessage): boolean {
  return incoming.httpVersion === '1.1' && incoming.headers.host === undefined;
}

/** For a request that the app does not get to answer; nothing more is read of its connection. */
export function answerInstead(outgoing: ServerResponse, code: ProblemCode): void {
  const { body, request_id } = document(code);
  outgoing.writeHead(PROBLEMS[code].status, {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': request_id,
    Connection: 'close',
  });
  outgoing.end(body);
}

function document(code: ProblemCode) {
  const { status, title, retryable, description } = PROBLEMS[code];
  const request_id = newRequestId();
  const body = JSON.stringify({
    type: `/problems/${code}`,
    title,
    status,
    detail: description,
    instance: '/',
    code,
    request_id,
    retryable,
    errors: [],
  });
  return { body, request_id };
}

function write(socket: Duplex, code: ProblemCode): void {
  const { status } = PROBLEMS[code];
  const { body, request_id } = document(code);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      'Content-Type: application/problem+json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Request-Id: ${request_id}\r\n` +
      'Connection: close\r\n\r\n' +
      body,
  );
}
