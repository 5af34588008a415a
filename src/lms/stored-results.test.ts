import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { encodeCommand, stampCommand } from './codec.ts';
import { type CommandDefinition, type CommandHeader, defineCommand } from './command.ts';
import { resultRetentionMs } from './limits.ts';
import { type AppliedCommand, LmsMachine } from './machine.ts';

const SAY = defineCommand<{ value: string }>({
  kind: 'SAY',
  v: 1,
  apply: (_tx, { value }) => ({ value }),
});
const COMMANDS = new Map([['SAY/1', SAY as unknown as CommandDefinition<object>]]);

function say(index: number, id: string, value: string, at: number) {
  const header: CommandHeader = {
    kind: 'SAY',
    v: 1,
    command_id: id,
    actor_id: null,
    session_id: null,
    received_at: at,
  };
  const command = encodeCommand({ ...header, value } as CommandHeader);
  stampCommand(command, at);
  return { index, term: 1, type: 0, command } as const;
}

t.test('what is forgotten takes no room', async (t) => {
  const machine = new LmsMachine(join(t.testdir(), 'lms.db'), COMMANDS);
  const inRetention = 100;
  const pages = [];
  let index = 0;
  for (const last of [2_000, 6_000]) {
    for (; index < last; index += 1) {
      const at = Math.ceil(((index + 1) * resultRetentionMs) / inRetention);
      machine.apply([say(index + 1, `c${index + 1}`, 'x'.repeat(900), at)]);
    }
    pages.push(machine.reader.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0);
  }
  const kept = machine.reader.get<{ n: number }>('SELECT count(*) AS n FROM results')?.n ?? 0;
  t.ok(kept >= inRetention && kept < 3 * inRetention, `${kept} results are kept`);
  const [early = 0, late = 0] = pages;
  // A row of the journal has some hundred bytes without its result, one of 900 fills a quarter of a page.
  t.ok(late - early < 4_000 / 16, `${late - early} pages more for 4,000 entries`);
  machine.close();
});

t.test('a database from before keeps its stored results', async (t) => {
  const path = join(t.testdir(), 'old.db');
  const before = new DatabaseSync(path);
  const folder = new URL('./schema/', import.meta.url);
  for (const name of readdirSync(folder).sort()) {
    if (name < '022') before.exec(readFileSync(new URL(name, folder), 'utf8'));
  }
  const result = JSON.stringify({ ok: true, value: { value: 'first' } });
  const row = before.prepare('INSERT INTO journal VALUES (?, 1, 10, ?, NULL, NULL, ?, ?, ?, ?)');
  row.run(1, 'SAY', 'ok', new Uint8Array(32), null, null);
  row.run(2, 'SAY', 'ok', new Uint8Array(32), 'c2', result);
  before.exec('UPDATE replica SET applied_index = 2, applied_term = 1; PRAGMA user_version = 21');
  before.close();
  const machine = new LmsMachine(path, COMMANDS);
  const replayed = machine.apply([say(3, 'c2', 'second', 20)])[0]?.value as AppliedCommand;
  t.match(replayed.result, { ok: true, value: { value: 'first' } });
  t.same(
    machine.reader.all('SELECT log_index, kind, code FROM audit_trail').map((one) => ({ ...one })),
    [
      { log_index: 1, kind: 'SAY', code: 'ok' },
      { log_index: 2, kind: 'SAY', code: 'ok' },
      { log_index: 3, kind: 'SAY', code: 'replayed' },
    ],
  );
  machine.close();
});

t.test('what a replay needs is found by index', async (t) => {
  const machine = new LmsMachine(':memory:', COMMANDS);
  const plan = (sql: string) =>
    machine.reader
      .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .map(({ detail }) => detail)
      .join('; ');
  const byCommand = plan("SELECT result FROM results WHERE command_id = 'c'");
  t.match(byCommand, /USING INDEX sqlite_autoindex_results_1/);
  const byKey = plan(`SELECT r.result FROM idempotency_keys k
    JOIN results r ON r.log_index = k.log_index WHERE k.actor_id = 'u' AND k.key = 'k'`);
  t.notMatch(byKey, /SCAN/);
  machine.close();
});
