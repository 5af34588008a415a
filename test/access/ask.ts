import type { Operation } from './operations.ts';
import type { Row, SUBJECTS } from './row.ts';
import { type MatrixScene, MISSING } from './scene.ts';

export interface Question {
  readonly operation: Operation;
  readonly row: Row;
  readonly subject: (typeof SUBJECTS)[number];
  /** The object that the path names is there. */
  readonly held: boolean;
}

/** Sends the request of one cell of the matrix. */
export function ask(scene: MatrixScene, { operation, row, subject, held }: Question) {
  const ids = held ? scene.ids : missingIds(scene.ids);
  const target = operation.target.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids[name];
    if (id !== undefined) return id;
    throw new Error(`test/access/scene.ts has no object for {${name}} of ${operation.target}`);
  });
  const body = row.body ?? operation.example;
  const json = JSON.stringify(body)?.replace(/\{(\w+)\}/g, (all, name: string) => ids[name] ?? all);
  return scene.as(
    subject,
    target + (row.query ?? ''),
    json === undefined ? undefined : JSON.parse(json),
    { ...(operation.needsIfMatch && { 'If-Match': '"1"' }), ...row.headers },
  );
}

/** Of the same shape as those that exist: nothing but existence may tell them apart. */
function missingIds(ids: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [
      name,
      MISSING[name] ?? id.replace(/[0-9a-f]{32}/, '0'.repeat(32)),
    ]),
  );
}

/** Everything but the bookkeeping that a refusal leaves too. */
export function contents({ api }: MatrixScene): string {
  const { reader } = api.machine;
  return reader
    .all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .filter(({ name }) => !BOOKKEEPING.includes(name))
    .map(({ name }) => JSON.stringify(reader.all(`SELECT * FROM "${name}"`)))
    .join('\n');
}

const BOOKKEEPING = [
  'journal',
  'journal_names',
  'results',
  'replica',
  'idempotency_keys',
  'login_failures',
];
