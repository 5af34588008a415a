import t from 'tap';
import { allLoopback } from './loopback.ts';

function cluster(raft: string, api: string) {
  return {
    nodes: [
      { id: 'n1', raft: '127.0.0.1:9001', api: 'http://127.0.0.1:8001' },
      { id: 'n2', raft, api },
    ],
  };
}

t.test('loopback means every address of every node', (t) => {
  const cases: [raft: string, api: string, expected: boolean][] = [
    ['127.0.0.1:9002', 'http://127.0.0.1:8002', true],
    ['[::1]:9002', 'http://localhost:8002', true],
    ['127.8.8.8:9002', 'http://127.0.0.1:8002', true],
    ['0.0.0.0:9002', 'http://127.0.0.1:8002', false],
    ['127.0.0.1:9002', 'http://0.0.0.0:8002', false],
    ['127.0.0.1:9002', 'http://10.0.0.7:8002', false],
    ['[::]:9002', 'http://127.0.0.1:8002', false],
    ['127.0.0.1:9002', 'http://127.0.0.1.example.org:8002', false],
    ['127.0.0.1:9002', 'http://localhost.example.org:8002', false],
  ];
  for (const [raft, api, expected] of cases) {
    t.equal(allLoopback(cluster(raft, api)), expected, `${raft} ${api}`);
  }
  t.end();
});
