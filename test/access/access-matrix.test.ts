import t, { type Test } from 'tap';
import { ask, contents } from './ask.ts';
import { type Operation, readOperations } from './operations.ts';
import { type Row, type Rows, SUBJECTS, statuses } from './row.ts';
import { COURSE_ROWS } from './rows/courses.ts';
import { COURSEWORK_ROWS } from './rows/coursework.ts';
import { PEOPLE_ROWS } from './rows/people.ts';
import { SITE_ROWS } from './rows/site.ts';
import { TALK_ROWS } from './rows/talk.ts';
import { CANARY, type MatrixScene, matrixScene, SECRET } from './scene.ts';

const ROWS: Rows = {
  ...PEOPLE_ROWS,
  ...COURSE_ROWS,
  ...COURSEWORK_ROWS,
  ...TALK_ROWS,
  ...SITE_ROWS,
};
const operations = readOperations();
const examples = Object.fromEntries(operations.map((one) => [one.operationId, one.example]));

// Some thousand requests, and a scene for every write that is allowed.
t.setTimeout(180_000);

/** A scene that no request has changed. */
let clean: MatrixScene | null = null;

/** Whom nothing that the student alone shares with the staff may reach. */
const STRANGERS: readonly (string | null)[] = [null, 'otherStudent', 'foreignInstructor'];

t.test('every operation has a row, and every row an operation', (t) => {
  for (const { operationId, target } of operations) {
    t.ok(
      Object.hasOwn(ROWS, operationId),
      `${target} has no row: add "${operationId}" to a file in test/access/rows/ (test/access/row.ts says how)`,
    );
  }
  const known = new Set(operations.map(({ operationId }) => operationId));
  t.same(
    Object.keys(ROWS).filter((operationId) => !known.has(operationId)),
    [],
    'openapi.yaml does not have these operations any more: take their rows away',
  );
  t.end();
});

for (const operation of operations) {
  const row = ROWS[operation.operationId];
  if (row === undefined) continue;
  t.test(`${operation.operationId}: ${operation.target}`, (test) => checkRow(test, operation, row));
}

async function checkRow(test: Test, operation: Operation, row: Row): Promise<void> {
  const namesObject = operation.parameters.length > 0;
  test.equal(row.missing !== undefined, namesObject, 'missing: for operations that name an object');
  for (const [n, subject] of SUBJECTS.entries()) {
    const held = await answer(test, { operation, row, subject, held: true });
    test.equal(
      held.status,
      statuses(row.held)[n],
      `${subject ?? 'nobody'}: ${held.body.slice(0, 200)}`,
    );
    if (STRANGERS.includes(subject))
      test.notOk(held.body.includes(CANARY), `${subject} reads too much`);
    if (subject !== 'student') test.notOk(held.body.includes(SECRET), `${subject} reads a secret`);
    if (row.missing === undefined) continue;
    const missing = await answer(test, { operation, row, subject, held: false });
    test.equal(
      missing.status,
      statuses(row.missing)[n],
      `${subject ?? 'nobody'}, no such object: ${missing.body.slice(0, 200)}`,
    );
    if (held.status === 404 && subject !== null && row.tellsMore !== true) {
      test.equal(held.body, missing.body, `${subject} cannot tell whether it exists`);
    }
  }
}

/** Status and body, without what differs from request to request. What is refused changes nothing. */
async function answer(test: Test, question: Parameters<typeof ask>[1]) {
  clean ??= await matrixScene(t, examples);
  const scene = clean;
  const isRead = question.operation.target.startsWith('GET');
  const before = isRead ? '' : contents(scene);
  const response = await ask(scene, question);
  const changed = !isRead && contents(scene) !== before;
  if (changed) clean = null;
  if (!response.ok)
    test.notOk(changed, `${question.subject ?? 'nobody'}: refused, but changed something`);
  const body = (await response.text())
    .replace(/"request_id":"[^"]*"/, '')
    .replace(/"instance":"[^"]*"/, '')
    .replace(/_[0-9a-f]{32}/g, '_id');
  return { status: response.status, body };
}
