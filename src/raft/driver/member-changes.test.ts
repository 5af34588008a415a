import { mock } from 'node:test';
import t from 'tap';
import { memberOf } from '../../../test/fixtures/memory-raft.ts';
import { retryPauseMs } from './limits.ts';
import { MemberChanges } from './member-changes.ts';

const configuration = { voters: [memberOf('n1')], voters_outgoing: [], learners: [] };
const add = { kind: 'add', member: memberOf('n2') } as const;
const timeoutMs = 10 * retryPauseMs;

t.beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
t.afterEach(() => mock.timers.reset());

function changes() {
  const asked: string[] = [];
  const made = new MemberChanges((id) => asked.push(id), { index: 1, configuration });
  return { asked, made };
}

t.test('whose time is up is told whether the change has begun', async (t) => {
  const { asked, made } = changes();
  const waiting = [1, 2].map(() => made.change(add, { timeoutMs }));
  const failures = Promise.all(waiting.map((change) => change.catch((error) => error)));
  made.accepted(asked[0] ?? '', 2);
  mock.timers.tick(timeoutMs);
  t.match(await failures, [
    { code: 'timeout', message: /It has begun/ },
    { code: 'timeout', message: /It has not begun/ },
  ]);
});

t.test('a change whose entry was taken back is for the next leader to begin', async (t) => {
  const { asked, made } = changes();
  const failure = made.change(add, { timeoutMs }).catch((error) => error);
  made.accepted(asked[0] ?? '', 2);
  made.latest({ index: 2, configuration });
  made.latest({ index: 1, configuration });
  mock.timers.tick(timeoutMs);
  t.match(await failure, { code: 'not_leader' });
});

t.test('a leader that is not ready is asked again, for as long as somebody waits', async (t) => {
  const { asked, made } = changes();
  const failure = made.change(add, { timeoutMs }).catch((error) => error);
  made.refused('change.1', 'not_ready');
  mock.timers.tick(retryPauseMs);
  t.same(asked, ['change.1', 'change.1']);
  mock.timers.tick(timeoutMs - retryPauseMs - 1);
  made.refused('change.1', 'not_ready');
  mock.timers.tick(1);
  t.match(await failure, { code: 'timeout' });
  mock.timers.tick(retryPauseMs);
  t.equal(asked.length, 2);
});
