import t from 'tap';
import type { ForwardResponse } from '../core/messages.ts';
import { openPair, reachable } from './test-nodes.ts';

const FAST = { backoffMinMs: 5, backoffMaxMs: 20 };
const request = { client_id: 'n1', request_id: 'r1', command: Buffer.alloc(300, 7) };
const placed: ForwardResponse = { index: 12, term: 3, error: '' };

t.test('a forwarded command brings the answer that belongs to it', async (t) => {
  const { n1, n2 } = await openPair(t);
  const seen: unknown[] = [];
  n2.onForward = async (from, forwarded) => {
    seen.push(from);
    const index = Number(forwarded.request_id);
    // Later calls are answered first.
    for (let turns = 100 - index; turns > 0; turns -= 1) await null;
    return { ...placed, index };
  };
  const calls = Array.from({ length: 100 }, (_, k) =>
    n1.forward('n2', { ...request, request_id: String(k) }, 10_000),
  );
  const answers = await Promise.all(calls);
  t.strictSame(
    answers.map((answer) => answer.index),
    Array.from({ length: 100 }, (_, k) => k),
  );
  t.ok(seen.every((from) => from === 'n1'));
  t.equal(n1.counters().peers.n2?.forwards_in_flight, 0);
});

t.test('the command and the refusal of a leader pass unchanged', async (t) => {
  const { n1, n2 } = await openPair(t);
  let got: unknown = null;
  n2.onForward = (_from, forwarded) => {
    got = forwarded;
    return Promise.resolve({ index: 0, term: 4, error: 'overloaded' });
  };
  t.strictSame(await n1.forward('n2', request, 10_000), { index: 0, term: 4, error: 'overloaded' });
  t.strictSame(got, request);
});

t.test('that a command has its place is said with the next refusal, not alone', async (t) => {
  const { n1, n2 } = await openPair(t, { patienceMs: 60_000 });
  const refused: ForwardResponse = { index: 0, term: 4, error: 'overloaded' };
  n2.onForward = async (_from, { request_id }) => (request_id === 'r1' ? placed : refused);
  await t.rejects(n1.forward('n2', request, 50), { code: 'timeout' });
  const call = n1.forward('n2', request, 10_000);
  t.strictSame(await n1.forward('n2', { ...request, request_id: 'r2' }, 10_000), refused);
  t.strictSame(await call, placed);
});

t.test('no answer in time: it may have been received', async (t) => {
  const { n1, n2 } = await openPair(t);
  let answer: (response: ForwardResponse) => void = () => {};
  const received = new Promise<void>((resolve) => {
    n2.onForward = () => {
      resolve();
      return new Promise((done) => {
        answer = done;
      });
    };
  });
  await t.rejects(n1.forward('n2', request, 50), { code: 'timeout', sent: true, peer: 'n2' });
  await received;
  answer(placed);
  n2.onForward = () => Promise.resolve({ ...placed, index: 13 });
  t.strictSame(
    (await n1.forward('n2', request, 10_000)).index,
    13,
    'a late answer is nobody else’s',
  );
});

t.test('the connection breaks: it may have been received', async (t) => {
  const { n1, n2 } = await openPair(t, FAST);
  n2.onForward = () => new Promise(() => {});
  const received = new Promise<void>((resolve) => {
    n2.onForward = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  const call = n1.forward('n2', request, 10_000);
  await received;
  const down = reachable(n1, 'n2', false);
  const failed = t.rejects(call, { code: 'unreachable', sent: true });
  await n2.close();
  await failed;
  await down;
  await t.rejects(n1.forward('n2', request, 10_000), { code: 'unreachable', sent: false });
  await t.rejects(n1.forward('n9', request, 10_000), { code: 'unreachable', sent: false });
});

t.test('a call that never left its queue was not sent', async (t) => {
  const { n1 } = await openPair(t);
  const call = n1.forward('n2', request, 10_000);
  const failed = t.rejects(call, { code: 'unreachable', sent: false });
  void n1.close();
  await failed;
});

t.test('calls in flight are bounded, on both sides', async (t) => {
  const { n1, n2 } = await openPair(t, { maxForwardsInFlight: 3 });
  const answers: (() => void)[] = [];
  n2.onForward = () =>
    new Promise((resolve) => {
      answers.push(() => resolve(placed));
      if (answers.length >= 3) for (const answer of answers) answer();
    });
  const calls = [1, 2, 3].map(() => n1.forward('n2', request, 10_000));
  await t.rejects(n1.forward('n2', request, 10_000), { code: 'refused', sent: false });
  await Promise.all(calls);
  t.strictSame(await n1.forward('n2', request, 10_000), placed);
});

t.test('too large, or failed over there: refused', async (t) => {
  const { n1, n2 } = await openPair(t);
  const large = { ...request, command: Buffer.alloc(5 << 20) };
  await t.rejects(n1.forward('n2', large, 10_000), { code: 'refused', sent: false });
  const overEntry = { ...request, command: Buffer.alloc(2 << 20) };
  await t.rejects(n1.forward('n2', overEntry, 10_000), { code: 'refused', sent: true });
  t.equal(n2.counters().refusals.oversized, 1);
  n2.onForward = () => Promise.reject(new Error('shutting down'));
  await t.rejects(n1.forward('n2', request, 10_000), {
    code: 'refused',
    sent: true,
    message: /shutting down/,
  });
});
