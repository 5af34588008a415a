import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { askAllNodes, askNode, reasonOf } from './node-status.ts';
import { table } from './table.ts';

const timeoutMs = 5_000;

/** A server that answers everything with `body`; its base URL. */
async function serve(t: Test, body: unknown, status = 200): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address where somebody listened a moment ago. */
async function vacated(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

function answer(node_id: string, applied_index: number, more: object = {}) {
  return {
    node_id,
    role: 'follower',
    leader_id: 'n1',
    term: 3,
    commit_index: applied_index,
    applied_index,
    version: '0.1.0',
    started_at: '2026-01-02T03:04:05.678Z',
    nodes: [],
    a_field_of_a_newer_version: true,
    ...more,
  };
}

t.test('all nodes are asked, and the lag is behind the one that knows most', async (t) => {
  const one = await serve(t, answer('n1', 10, { role: 'leader', commit_index: 12 }));
  const two = await serve(t, answer('n2', 4, { commit_index: 5, disk_low: true }));
  const first = {
    ...answer('n1', 10),
    disk_low: null,
    founding: false,
    nodes: [
      { id: 'n1', api: one, voter: true },
      { id: 'n2', api: two, voter: true },
      { id: 'n3', api: await vacated(), voter: true },
    ],
  };
  const nodes = await askAllNodes(first, timeoutMs);
  t.match(nodes, [
    { id: 'n1', reachable: true, role: 'leader', applied_index: 10, lag: 2, disk_low: null },
    { id: 'n2', reachable: true, role: 'follower', applied_index: 4, lag: 8, disk_low: true },
    { id: 'n3', reachable: false, reason: 'nothing listens there' },
  ]);
});

t.test('what is no node is told apart from what is not there', async (t) => {
  const cases: [string, RegExp][] = [
    [await serve(t, { hello: 'world' }), /not as a node of Quorum LMS/],
    [await serve(t, '<html>'), /not as a node of Quorum LMS/],
    [await serve(t, {}, 404), /status 404/],
    [await vacated(), /nothing listens there/],
  ];
  for (const [url, reason] of cases) {
    t.match(await askNode(url, timeoutMs).then(() => 'an answer', reasonOf), reason);
  }
});

t.test('a table has straight columns and no blanks at the ends', (t) => {
  t.equal(
    table([
      ['node', 'role', 'api'],
      ['n1', 'pre_candidate', 'x'],
      ['node10', 'leader', ''],
    ]),
    'node    role           api\nn1      pre_candidate  x\nnode10  leader',
  );
  t.end();
});
