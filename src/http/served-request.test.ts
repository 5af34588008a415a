import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { ServedRequest } from './served-request.ts';

/** What a server makes of these bytes. */
async function served(t: Test, bytes: string) {
  const server = createServer({ joinDuplicateHeaders: true, optimizeEmptyRequests: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.teardown(() => {
    socket.destroy();
    server.close();
  });
  socket.write(bytes);
  const [incoming, outgoing] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  const request = new ServedRequest(incoming, `http://x${incoming.url}`);
  return { request, incoming, outgoing, socket };
}

/** The client goes away, and the server has seen it. */
async function leave(socket: Socket, incoming: IncomingMessage): Promise<void> {
  const closed = new Promise((resolve) => incoming.socket.once('close', resolve));
  socket.destroy();
  await closed;
}

const POST = 'POST /v1/me?a=1 HTTP/1.1\r\nHost: x\r\n';

t.test('method, URL and headers, whatever their case', async (t) => {
  const { request } = await served(t, `${POST}Prefer: a\r\nPREFER: b\r\n\r\n`);
  t.equal(request.method, 'POST');
  t.equal(request.url, 'http://x/v1/me?a=1');
  t.equal(request.headers.get('prefer'), 'a, b');
  t.equal(request.headers.get('Host'), 'x');
  t.equal(request.headers.get('cookie'), null);
});

t.test('a body in one piece, in several, and none', async (t) => {
  const whole = await served(t, `${POST}Content-Length: 5\r\n\r\nhello`);
  t.equal(Buffer.from(await whole.request.bytes()).toString(), 'hello');
  const pieces = await served(t, `${POST}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n`);
  const bytes = pieces.request.bytes();
  pieces.socket.write('3\r\nllo\r\n0\r\n\r\n');
  t.equal(Buffer.from(await bytes).toString(), 'hello');
  for (const header of ['', 'Content-Length: 0\r\n']) {
    const none = await served(t, `${POST}${header}\r\n`);
    t.equal((await none.request.bytes()).length, 0);
  }
  t.equal((await served(t, `${POST}\r\n`)).request.body, null);
});

t.test('a body as a stream, asked for twice', async (t) => {
  const { request } = await served(t, `${POST}Content-Length: 5\r\n\r\nhello`);
  t.equal(request.body, request.body);
  const reader = request.body?.getReader();
  t.equal(Buffer.from((await reader?.read())?.value ?? []).toString(), 'hello');
  t.equal((await reader?.read())?.done, true);
});

t.test('a client that leaves within its body, before or while it is read', async (t) => {
  const half = `${POST}Content-Length: 5\r\n\r\nhe`;
  const reading = await served(t, half);
  const bytes = reading.request.bytes();
  reading.socket.destroy();
  await t.rejects(bytes, { message: /left before the end/ });
  const unread = await served(t, half);
  await leave(unread.socket, unread.incoming);
  await t.rejects(unread.request.bytes(), { message: /left before the end/ });
});

t.test('the signal fires when the client leaves, and not when it has its answer', async (t) => {
  const left = await served(t, `${POST}\r\n`);
  t.equal(left.request.signal.aborted, false);
  await leave(left.socket, left.incoming);
  t.equal(left.request.signal.aborted, true);
  const answered = await served(t, `${POST}\r\n`);
  const { signal } = answered.request;
  answered.outgoing.end('ok');
  await once(answered.outgoing, 'close');
  await leave(answered.socket, answered.incoming);
  t.equal(signal.aborted, false);
});
