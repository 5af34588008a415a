import { POLICY } from '../../lms/policy.ts';
import { SCOPES } from '../../lms/scopes.ts';
import { scopesByTag } from '../scopes.ts';

const COLUMNS = [
  ['admin', 'site', 'admin'],
  ['instructor (site)', 'site', 'instructor'],
  ['student (site)', 'site', 'student'],
  ['instructor of the course', 'course', 'instructor'],
  ['ta of the course', 'course', 'ta'],
  ['student of the course', 'course', 'student'],
] as const;

/** docs/ACCESS.md: who may do what, from the table that the rules ask. */
export function accessDocument(): string {
  return `${[
    '# Who may do what',
    'Made from `POLICY` in `src/lms/policy.ts` by `npm run fix`; the rules ask the same table.',
    'A site role holds everywhere, a course role in the one course. Beside the table: what is one’s own (an ' +
      'account, a submission and its grade, a query, a conversation with the tutor, a token) is judged by ' +
      'whose it is; nobody grades their own work; what somebody may not know of is answered with 404, as ' +
      'what does not exist. Which operation answers whom with what is in `test/access/rows/`, and tested.',
    table([
      ['action', ...COLUMNS.map(([title]) => title)],
      ...Object.entries(POLICY).map(([action, rule]) => [
        `\`${action}\``,
        ...COLUMNS.map(([, place, role]) =>
          (rule[place] as readonly string[]).includes(role) ? 'yes' : '',
        ),
      ]),
    ]),
    '## What a personal token may be used for',
    `A token (\`POST /v1/tokens\`) has some of the scopes ${SCOPES.map((one) => `\`${one}\``).join(', ')}. ` +
      'None includes another, and none allows more than the roles of its owner. An operation takes the scope ' +
      'of its tag, unless openapi.yaml names another one beside it (`security`); `login` there means that no ' +
      'personal token will do.',
    table([
      ['tag', 'to read', 'to change something'],
      ...scopesByTag().map(({ tag, read, write }) => [tag, `\`${read}\``, `\`${write}\``]),
    ]),
  ].join('\n\n')}\n`;
}

/** Columns of equal width, so that the text reads as well as the page. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}
