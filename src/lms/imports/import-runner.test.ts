import { setImmediate as nextTurn } from 'node:timers/promises';
import t from 'tap';
import type { StepImport } from '../commands/step-import.ts';
import { importChangesForgottenAtOnce, maxImportChangesStaged } from '../limits.ts';
import { TestCourse } from '../test-course.ts';
import { staged, USER } from '../test-imports.ts';
import { runImports } from './import-runner.ts';

const minuteMs = 60_000;

/** Changes that nobody made a plan of: more than one step forgets. */
function abandoned(): TestCourse {
  const course = new TestCourse();
  for (let from = 0; from < 3 * importChangesForgottenAtOnce; from += maxImportChangesStaged) {
    const changes = Array.from({ length: maxImportChangesStaged }, () => USER);
    course.must(null, 'STAGE_IMPORT', staged({ from, changes }));
  }
  course.now += 60 * minuteMs;
  return course;
}

/** Two looks at the clock, a minute apart; ends when it waits for the next. */
async function run(course: TestCourse, isLeader: boolean): Promise<void> {
  const stop = new AbortController();
  let looks = 0;
  const running = runImports(
    {
      reader: course.reader,
      isLeader: () => isLeader,
      step: async (payload: StepImport) => void course.must(null, 'STEP_IMPORT', payload),
      logger: { warn: (_details, message) => t.fail(message) },
      now: () => {
        looks += 1;
        return looks === 1 ? course.now - minuteMs : course.now;
      },
    },
    stop.signal,
  );
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  stop.abort();
  await running;
}

function left(course: TestCourse): number {
  return course.reader.get<{ n: number }>('SELECT count(*) AS n FROM import_changes')?.n ?? 0;
}

t.test('all that was staged and abandoned is forgotten in one go', async (t) => {
  const course = abandoned();
  await run(course, true);
  t.equal(left(course), 0);
  t.same(course.reader.all('SELECT * FROM import_stagings'), []);
});

t.test('by the leader alone', async (t) => {
  const course = abandoned();
  const before = left(course);
  await run(course, false);
  t.equal(left(course), before);
});
