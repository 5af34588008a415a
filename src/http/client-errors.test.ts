import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { answerClientErrors } from './client-errors.ts';

t.test('a request that does not come to its end gets a problem document', async (t) => {
  const server = createServer({
    headersTimeout: 50,
    requestTimeout: 50,
    connectionsCheckingInterval: 10,
  });
  answerClientErrors(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
  const answer = await text(socket);
  t.match(answer, /^HTTP\/1\.1 408 /);
  t.match(answer, /application\/problem\+json/);
  t.match(answer, /"code":"request_timeout"/);
});
