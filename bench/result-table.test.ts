import t from 'tap';
import { table } from './result-table.ts';

function result(per_second: number, p50_ms: number, failures = 0) {
  return { requests: 1, failures, failure: null, per_second, p50_ms, p99_ms: 20 };
}

t.test('medians of the rounds, and of their ratios, not ratios of medians', (t) => {
  const rounds = [
    [result(100, 1), result(100, 2)],
    [result(300, 2, 1), result(100, 2)],
    [result(200, 3), result(400, 2)],
  ];
  const systems = [
    { name: 'A', version: '1' },
    { name: 'B', version: '2' },
  ];
  t.equal(
    table(systems, [{ kind: 'writes', connections: 16, rounds }])
      .split('\n')
      .at(-1),
    '| writes | 16 | 200/s (1 failed) | 2.00 ms | 20.0 ms | 100/s | 2.00 ms | 20.0 ms ' +
      '| 1.00 (0.50–3.00) | 1.00 (0.50–1.50) |',
  );
  t.end();
});

t.test('one system alone has no ratio', (t) => {
  const figures = [{ kind: 'reads', connections: 1, rounds: [[result(100, 1)]] }] as const;
  t.same(table([{ name: 'A', version: '1' }], figures).split('\n'), [
    '|  | connections | A 1 | p50 | p99 |',
    '| --- | ---: | ---: | ---: | ---: |',
    '| reads | 1 | 100/s | 1.00 ms | 20.0 ms |',
  ]);
  t.end();
});
