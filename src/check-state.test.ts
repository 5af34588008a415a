import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { checkState } from './check-state.ts';
import { StateDamaged } from './lms/state-check.ts';

const logger = pino({ level: 'silent' });
const GOING = new AbortController().signal;

t.test(
  'on damage the node stops, says the way out, and leaves word for its next start',
  async (t) => {
    const folder = t.testdir();
    const watch = (database: string) => Promise.reject(new StateDamaged(database, ['row 7']));
    await t.rejects(checkState({ node_id: 'n2', folder, logger }, GOING, watch), {
      name: 'OperatorError',
      message: /n2 had to stop: .*lms\.db is damaged: row 7\. Start it again/,
    });
    t.ok(existsSync(join(folder, 'lms.db.doubted')));
  },
);

t.test('as long as nothing is found nothing happens', async (t) => {
  const folder = t.testdir();
  await checkState({ node_id: 'n2', folder, logger }, AbortSignal.abort());
  t.notOk(existsSync(join(folder, 'lms.db.doubted')));
});
