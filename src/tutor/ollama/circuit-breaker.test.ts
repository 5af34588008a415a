import t from 'tap';
import { CircuitBreaker } from './circuit-breaker.ts';

const up = () => Promise.resolve();
const down = () => Promise.reject(new Error('down'));

function scene() {
  const clock = { now: 0 };
  const breaker = new CircuitBreaker(() => clock.now);
  const fail = (times: number): void => {
    for (let n = 0; n < times; n += 1) breaker.failed('failed');
  };
  return { clock, breaker, fail };
}

t.test('it opens at the third failure within 30 s', async (t) => {
  const { breaker, fail } = scene();
  fail(2);
  await breaker.admit(down);
  fail(1);
  t.equal(breaker.isOpen, true);
  await t.rejects(breaker.admit(up), { code: 'breaker_open' });
});

t.test('failures further apart do not add up, and a success forgets them', async (t) => {
  const { clock, breaker, fail } = scene();
  fail(2);
  clock.now += 30_000;
  fail(1);
  t.equal(breaker.isOpen, false);
  fail(1);
  breaker.succeeded();
  fail(2);
  t.equal(breaker.isOpen, false);
});

t.test('after 15 s a probe decides, one for all who wait', async (t) => {
  const { clock, breaker, fail } = scene();
  fail(3);
  clock.now += 14_999;
  await t.rejects(breaker.admit(up), { code: 'breaker_open' });
  clock.now += 1;
  let probes = 0;
  const probe = () => {
    probes += 1;
    return up();
  };
  await Promise.all([breaker.admit(probe), breaker.admit(probe)]);
  t.equal(probes, 1);
  t.equal(breaker.isOpen, false);
});

t.test('a probe that fails buys another 15 s of rest', async (t) => {
  const { clock, breaker, fail } = scene();
  fail(3);
  clock.now += 15_000;
  await t.rejects(breaker.admit(down), { code: 'breaker_open' });
  clock.now += 14_999;
  await t.rejects(breaker.admit(up), { code: 'breaker_open' });
  clock.now += 1;
  await breaker.admit(up);
});

t.test('what says nothing about the server does not count', (t) => {
  const { breaker } = scene();
  for (const code of ['model_missing', 'prompt_too_long', 'cancelled', 'bad_output'] as const) {
    for (let n = 0; n < 3; n += 1) breaker.failed(code);
  }
  t.equal(breaker.isOpen, false);
  t.end();
});
