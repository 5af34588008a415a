import t from 'tap';
import { configurationOf, openPair, openProxy, reachable, until } from './test-nodes.ts';

t.test('200 abrupt disconnects under load: no unhandled error, and it still works', async (t) => {
  const limits = { backoffMinMs: 1, backoffMaxMs: 2 };
  const { n1, n2 } = await openPair(t, limits);
  const proxy = await openProxy(t, n2.address.port);
  n2.onForward = () => Promise.resolve({ index: 1, term: 1, error: '' });
  n2.handle('/', ({ body }) => Promise.resolve({ status: 200, body }));
  const moved = reachable(n1, 'n2', true);
  n1.setMembers(configurationOf({ n2: proxy.port }));
  await moved;

  const command = Buffer.alloc(100_000);
  const request = { client_id: 'n1', request_id: 'r', command };
  let answered = 0;
  let failed = 0;
  for (let k = 0; k < 200; k += 1) {
    for (let call = 0; call < 5; call += 1) {
      n1.send('n2', { kind: 'ReadIndexRequest', body: { term: 1, request_id: 'r' } });
      n1.forward('n2', request, 5000).then(
        () => (answered += 1),
        () => (failed += 1),
      );
    }
    const side = n1.request('n2', { method: 'POST', path: '/x', body: command });
    side
      .then(
        async ({ body }) => {
          for await (const _ of body) if (failed < 0) break;
        },
        () => undefined,
      )
      .catch(() => undefined);
    const down = reachable(n1, 'n2', false);
    const up = down.then(() => reachable(n1, 'n2', true));
    if (k % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    await up;
  }
  await until(() => answered + failed === 1000);
  t.ok(failed > 0, `${failed} calls were cut off, ${answered} answered`);
  t.equal(n1.counters().peers.n2?.forwards_in_flight, 0);
  t.equal(n1.counters().peers.n2?.reconnects, 200);
  t.strictSame(await n1.forward('n2', request, 5000), { index: 1, term: 1, error: '' });
});
