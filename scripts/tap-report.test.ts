import t from 'tap';
import { reportFile } from './tap-report.ts';

const GOOD = `TAP version 14
# Subtest: adds
    ok 1 - should be equal
    ok 2 - should be equal
    1..2
ok 1 - adds
ok 2 - later # SKIP no network
`;

t.test('tests are counted, not their assertions, and skipped ones apart', (t) => {
  t.same(reportFile(`${GOOD}1..2\n`, 'code 0'), {
    passed: 1,
    failed: 0,
    skipped: 1,
    failures: [],
  });
  t.end();
});

t.test('a failure is told once, with its path and what differs', (t) => {
  const tap = `${GOOD}# Subtest: outer
    # Subtest: inner
        not ok 1 - should be equal
          ---
          diff: |
            -1
            +2
          source: "t.equal(1, 2)"
          ...
        1..1
    not ok 1 - inner
    1..1
not ok 3 - outer
1..3
`;
  t.same(reportFile(tap, 'code 1'), {
    passed: 1,
    failed: 1,
    skipped: 1,
    failures: ['outer > inner > should be equal\n    diff: |\n      -1\n      +2'],
  });
  t.end();
});

t.test('a file that broke off, or ran no test, has failed', (t) => {
  t.match(reportFile(`${GOOD}1..2\n`, 'code 3'), {
    passed: 1,
    failed: 1,
    failures: ['it broke off (code 3)'],
  });
  t.match(reportFile(GOOD, 'SIGKILL'), {
    failed: 1,
    failures: ['no plan', /broke off \(SIGKILL\)/],
  });
  t.match(reportFile('TAP version 14\n1..0\n', 'code 0'), {
    failed: 1,
    failures: ['it ran no test (code 0)'],
  });
  t.match(reportFile('', 'code 1'), { passed: 0, failed: 1 });
  t.end();
});
