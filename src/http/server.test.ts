import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { serveApi } from './server.ts';
import { TestApi } from './testing.ts';

async function scene(t: Test) {
  const api = new TestApi();
  const server = await serveApi(api.app, { host: '127.0.0.1', port: 0 });
  t.teardown(async () => {
    await server.close(0);
    api.close();
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  /** One request over the one connection of the agent. */
  const send = async (method: string, path: string, headers = {}, body: Buffer | null = null) => {
    const outgoing = request(`${server.url}${path}`, { method, headers, agent });
    const answered = once(outgoing, 'response');
    outgoing.end(body ?? undefined);
    const [response] = await answered;
    const answer = await text(response);
    return {
      status: response.statusCode,
      body: answer,
      port: response.socket?.localPort ?? outgoing.socket?.localPort,
      headers: response.headers,
    };
  };
  return { api, server, send, token: api.user('ann', 'student').token };
}

/** Sends bytes and returns everything that comes back until the server closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end(bytes);
  return text(socket);
}

t.test('10 MB on a JSON route: 413, and the same connection serves the next request', async (t) => {
  const { send, token } = await scene(t);
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const huge = Buffer.alloc(10 * 1024 * 1024, ' ');
  const first = await send('GET', '/healthz');
  const ports = [first.port];
  for (const length of [{ 'Content-Length': huge.length }, { 'Transfer-Encoding': 'chunked' }]) {
    const refused = await send('PATCH', '/v1/me', { ...headers, ...length }, huge);
    t.equal(refused.status, 413);
    t.match(JSON.parse(refused.body), { code: 'payload_too_large' });
    ports.push(refused.port);
    const next = await send('GET', '/v1/me', headers);
    t.equal(next.status, 200);
    ports.push(next.port);
  }
  t.equal(new Set(ports).size, 1, `one connection: ${ports}`);
});

t.test('broken JSON leaves the connection alive', async (t) => {
  const { send, token } = await scene(t);
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const refused = await send('PATCH', '/v1/me', headers, Buffer.from('{"display_name"'));
  t.equal(refused.status, 400);
  const next = await send('PATCH', '/v1/me', headers, Buffer.from('{"display_name":"é"}'));
  t.equal(next.status, 200);
  t.equal(JSON.parse(next.body).display_name, 'é');
  t.equal(next.port, refused.port);
});

t.test('headers that are too large get a problem document', async (t) => {
  const { server } = await scene(t);
  const answer = await raw(
    server.port,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  t.match(answer, /^HTTP\/1\.1 431 /);
  t.match(answer, /application\/problem\+json/);
  t.match(answer, /"code":"headers_too_large"/);
});

t.test('what is not HTTP gets a problem document', async (t) => {
  const { server } = await scene(t);
  const answer = await raw(server.port, 'NONSENSE\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 /);
  t.match(answer, /"code":"invalid_request"/);
});

t.test('a Host that is none gets a problem document', async (t) => {
  const { server } = await scene(t);
  const bytes = 'GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n';
  const answer = await raw(server.port, bytes);
  t.match(answer, /^HTTP\/1\.1 400 /);
  t.match(answer, /"code":"invalid_request"/);
});

t.test('a missing Host gets a problem document, except from before HTTP/1.1', async (t) => {
  const { server } = await scene(t);
  const answer = await raw(server.port, 'GET /healthz HTTP/1.1\r\n\r\n');
  t.match(answer, /^HTTP\/1\.1 400 /);
  t.match(answer, /"code":"invalid_request"/);
  t.match(await raw(server.port, 'GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
});

t.test('a second Authorization is not overlooked', async (t) => {
  const { server, token } = await scene(t);
  const authorization = `Authorization: Bearer ${token}\r\n`;
  const request = (headers: string) =>
    `GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`;
  t.match(await raw(server.port, request(authorization)), /^HTTP\/1\.1 200 /);
  t.match(await raw(server.port, request(authorization.repeat(2))), /^HTTP\/1\.1 401 /);
});

t.test('HEAD is answered like GET, without the body, and the connection goes on', async (t) => {
  const { send, token } = await scene(t);
  const headers = { Authorization: `Bearer ${token}` };
  const got = await send('GET', '/v1/me', headers);
  const head = await send('HEAD', '/v1/me', headers);
  t.equal(head.status, 200);
  t.equal(head.body, '');
  t.equal(head.headers.etag, got.headers.etag);
  t.equal(head.headers['content-length'], got.headers['content-length']);
  t.equal((await send('HEAD', '/v1/me')).status, 401);
  t.equal((await send('GET', '/v1/me', headers)).port, got.port);
});

t.test('a handler that answers with a Response of its own is told so', async (t) => {
  const api = new TestApi();
  const reported = Promise.withResolvers<unknown>();
  const options = { host: '127.0.0.1', port: 0, report: reported.resolve };
  const server = await serveApi(api.app, options);
  t.teardown(async () => {
    await server.close(0);
    api.close();
  });
  api.app.get('/v1/test', () => new Response('unseen'));
  t.equal(await raw(server.port, 'GET /v1/test HTTP/1.1\r\nHost: x\r\n\r\n'), '');
  t.match(await reported.promise, { message: /broken invariant/ });
});

t.test('a port in use is an error of the start', async (t) => {
  const { api, server } = await scene(t);
  await t.rejects(serveApi(api.app, { host: '127.0.0.1', port: server.port }), {
    code: 'EADDRINUSE',
  });
});

t.test('closing lets the running request end', async (t) => {
  const { api, server, send, token } = await scene(t);
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  api.consensus.beforeRead = () => {
    arrived.resolve();
    return gate.promise;
  };
  const running = send('GET', '/v1/me', { Authorization: `Bearer ${token}` });
  await arrived.promise;
  const closed = server.close(60_000);
  gate.resolve();
  t.equal((await running).status, 200);
  await closed;
});

t.test('problems below /v1/uploads are answered like all others, in the name of tus', async (t) => {
  const { send } = await scene(t);
  for (const [method, path, status] of [
    ['GET', '/v1/uploads/a/b', 404],
    ['PUT', '/v1/uploads', 405],
  ] as const) {
    const answer = await send(method, path);
    t.equal(answer.status, status, path);
    t.equal(answer.headers['tus-resumable'], '1.0.0');
  }
});
