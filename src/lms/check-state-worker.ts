import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckOrder } from './state-check.ts';

/** Entry point of the thread that checks the state: table by table, with rests; says what is wrong, and ends. */

const { database, restFactor }: CheckOrder = workerData;

const maxFindings = 10;
const source = new DatabaseSync(database, { readOnly: true });
const tables = source
  .prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name",
  )
  .all() as { name: string }[];
const findings: string[] = [];
for (const { name } of tables) {
  const began = performance.now();
  const quoted = `"${name.replaceAll('"', '""')}"`;
  const rows = source.prepare(`PRAGMA integrity_check(${quoted})`).all();
  for (const row of rows as { integrity_check: string }[]) {
    if (row.integrity_check !== 'ok' && findings.length < maxFindings) {
      findings.push(`${name}: ${row.integrity_check}`);
    }
  }
  // Each table in a read of its own: the write-ahead log is not held up for long.
  await sleep((performance.now() - began) * restFactor);
}
source.close();
parentPort?.postMessage(findings);
