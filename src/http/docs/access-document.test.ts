import { readFileSync } from 'node:fs';
import t from 'tap';
import { POLICY } from '../../lms/policy.ts';
import { accessDocument } from './access-document.ts';

t.test('docs/ACCESS.md is what the policy says', (t) => {
  const committed = readFileSync(new URL('../../../docs/ACCESS.md', import.meta.url), 'utf8');
  t.equal(committed, accessDocument(), 'run: npm run fix');
  t.end();
});

t.test('every action has its row, with a yes for each role that may', (t) => {
  const lines = accessDocument().split('\n');
  for (const [action, { site, course }] of Object.entries(POLICY)) {
    const cells = lines.find((line) => line.startsWith(`| \`${action}\` `))?.split('|') ?? [];
    t.equal(
      cells.filter((cell) => cell.trim() === 'yes').length,
      site.length + course.length,
      action,
    );
  }
  const grading = lines.find((line) => line.includes('`grade.write`'));
  t.same(
    grading?.split('|').map((cell) => cell.trim()),
    ['', '`grade.write`', '', '', '', 'yes', 'yes', '', ''],
  );
  t.end();
});
