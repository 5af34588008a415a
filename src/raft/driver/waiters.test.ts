import t from 'tap';
import { AppliedWaiters } from './waiters.ts';

t.test('it is told that somebody waits, not who need not', async (t) => {
  let told = 0;
  const waiters = new AppliedWaiters(5, () => {
    told += 1;
  });
  await waiters.wait(5, 60_000);
  t.equal(told, 0);
  t.equal(waiters.areThere, false);
  const waiting = waiters.wait(6, 60_000);
  t.equal(told, 1);
  t.equal(waiters.areThere, true);
  waiters.applied(6);
  await waiting;
  t.equal(waiters.areThere, false);
});
