import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { COMMANDS } from './commands/registry.ts';
import { LmsMachine } from './machine.ts';
import { auditChainPart } from './queries/audit-chain.ts';
import { type AuditEvent, type AuditFilter, listAuditEvents } from './queries/audit-events.ts';
import { listQueries } from './queries/queries.ts';
import { queryCounts } from './queries/query-shelves.ts';
import type { Reader } from './reader.ts';
import { oldState } from './test-old-state.ts';

const ROOT = { id: 'usr_root', site_role: 'admin' } as const;

/** Both before and after: the journal, and what it is read with. */
const OLD = {
  journal: `SELECT log_index, term, committed_at, kind, actor_id, target_id, code, hex(chain_hash) AS chain
              FROM journal ORDER BY log_index`,
  courses: 'SELECT course_id, log_index FROM course_audit ORDER BY 1, 2',
  results: 'SELECT log_index, command_id, result FROM results ORDER BY log_index',
  events: `SELECT log_index, n, type, course_id, user_id, json(data) AS data FROM events
             ORDER BY log_index, n`,
  attempts: `SELECT submission_id, number, text_md, received_at, counted_at, log_index FROM attempts
               ORDER BY 1, 2`,
  grades: 'SELECT submission_id, points, state, attempt, grader_id, version FROM grades ORDER BY 1',
  history: `SELECT submission_id, version, points, state, actor_id, log_index FROM grade_history
              ORDER BY 1, 2`,
  queries:
    'SELECT sequence, id, course_id, author_id, "to", title, answered_at FROM queries ORDER BY 1',
};
const NEW: typeof OLD = {
  journal: OLD.journal.replace('FROM journal', 'FROM audit_trail'),
  courses: `SELECT n.name AS course_id, c.log_index
              FROM (SELECT course, log_index FROM journal WHERE course IS NOT NULL
                    UNION ALL SELECT course, log_index FROM further_courses) c
              JOIN journal_names n ON n.number = c.course ORDER BY 1, 2`,
  results: `SELECT log_index, iif(typeof(command_id) = 'blob', lower(hex(command_id)), command_id)
              AS command_id, result FROM results ORDER BY log_index`,
  events: OLD.events,
  attempts: withIds(OLD.attempts, 'attempts'),
  grades: withIds(OLD.grades, 'grades'),
  history: withIds(OLD.history, 'grade_history'),
  queries: OLD.queries.replace(
    'author_id',
    '(SELECT name FROM journal_names WHERE number = asker) AS author_id',
  ),
};

function withIds(sql: string, table: string): string {
  return sql
    .replace('submission_id', 's.id AS submission_id')
    .replace('version,', 'g.version,')
    .replace(`FROM ${table}`, `FROM ${table} g JOIN submissions s ON s.sequence = g.submission`);
}

t.test('a state of schema 22 comes along whole', async (t) => {
  const path = oldState(t, 22);
  const before = new DatabaseSync(path);
  const old = Object.entries(OLD).map(([name, sql]) => [name, before.prepare(sql).all()]);
  before.close();
  const machine = new LmsMachine(path, COMMANDS);
  t.teardown(() => machine.close());
  for (const [name, rows] of old as [keyof typeof OLD, unknown[]][]) {
    t.ok(rows.length > 3, `${name}: there is something to bring along`);
    t.same(machine.reader.all(NEW[name]), rows, name);
  }
  t.same(machine.reader.all('PRAGMA foreign_key_check'), []);
  t.match(machine.reader.get('PRAGMA integrity_check'), { integrity_check: 'ok' });
});

t.test('queries are listed and counted as before', async (t) => {
  const path = oldState(t, 22);
  const before = new DatabaseSync(path);
  const asked = before
    .prepare(
      `SELECT queries_to_instructor AS to_instructor, queries_to_tutor AS to_tutor,
              queries_answered AS answered FROM course_totals WHERE course_id = 'crs_1'`,
    )
    .get();
  const ids = before.prepare('SELECT id FROM queries ORDER BY sequence DESC').all();
  before.close();
  const machine = new LmsMachine(path, COMMANDS);
  t.teardown(() => machine.close());
  t.same(queryCounts(machine.reader, 'crs_1'), asked);
  const { items } = listQueries(machine.reader, ROOT, 'crs_1', { limit: 99, after: null });
  t.same(
    items.map(({ id }) => ({ id })),
    ids,
  );
});

t.test('what was numbered by the migration is found by the same words', async (t) => {
  const machine = new LmsMachine(oldState(t, 22), COMMANDS);
  t.teardown(() => machine.close());
  const list = (filter: AuditFilter) => trail(machine.reader, filter);
  const all = list({});
  t.equal(all.length, machine.applied.index);
  for (const { actor_id, object_id, kind } of all) {
    for (const filter of [{ actor_id }, { object_id }, { kind }]) {
      const [[name, value] = ['', null]] = Object.entries(filter);
      if (value === null) continue;
      const expected = all.filter((event) => event[name as keyof AuditEvent] === value);
      t.same(list({ [name]: value }), expected, `${name} ${value}`);
    }
  }
  t.ok(list({ course_id: 'crs_1' }).length > 50);
  t.equal(auditChainPart(machine.reader, ROOT, 1, null).to, machine.applied.index);
});

t.test(
  'imports of courses that were left behind are known as such, deleted courses are not',
  async (t) => {
    const path = oldState(t, 22);
    const database = new DatabaseSync(path);
    database.exec("UPDATE courses SET deleted_at = updated_at WHERE id = 'crs_2'");
    database.exec("UPDATE courses SET deleted_at = updated_at, version = 2 WHERE id = 'crs_old'");
    database.close();
    const machine = new LmsMachine(path, COMMANDS);
    t.teardown(() => machine.close());
    t.match(machine.reader.all('SELECT * FROM staged_courses'), [{ course_id: 'crs_2' }]);
  },
);

function trail(reader: Reader, filter: AuditFilter): readonly AuditEvent[] {
  return listAuditEvents(reader, ROOT, filter, { limit: 1_000, after: null }).items;
}
