import { performServerHandshake } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import t from 'tap';
import { dial } from './dial.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { makeKeys, openProxy, until } from './test-nodes.ts';
import { tlsOptions } from './tls-options.ts';

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

t.test('hanging up does not wait for a peer that reads no more', async (t) => {
  const keys = await makeKeys(t, ['n1', 'n2']);
  const windowBytes = 64 << 20;
  const server = createServer({ ...tlsOptions(keys.n2!), requestCert: true }, (socket) => {
    socket.on('error', () => undefined);
    const settings = { initialWindowSize: windowBytes };
    const session = performServerHandshake(socket, { settings });
    session.on('error', () => undefined);
    session.setLocalWindowSize(windowBytes);
    session.on('stream', (stream) => stream.on('error', () => undefined).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const proxy = await openProxy(t, (server.address() as AddressInfo).port);
  const options = { keys: keys.n1!, limits: DEFAULT_LIMITS };
  const before = openSockets();
  const { session, hangUp } = dial('n2', `127.0.0.1:${proxy.port}`, options, () => undefined);
  await new Promise<void>((resolve) => session.once('remoteSettings', () => resolve()));
  // The client's, two of the proxy, and the server's.
  t.equal(openSockets() - before, 4);
  for (const socket of proxy.sockets) socket.pause().unpipe();
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.on('error', () => undefined);
  for (let k = 0; k < 40; k += 1) stream.write(Buffer.alloc(1 << 20));
  let written = -1;
  await until(() => {
    const before = written;
    written = session.socket.bytesWritten;
    return written > 0 && written === before;
  });
  hangUp();
  await until(() => openSockets() - before === 3);
  t.ok(session.destroyed);
});
