import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import type { ForwardResponse, NodeId } from '../core/messages.ts';
import type { Transport } from '../ports.ts';
import { retryPauseMs } from './limits.ts';
import { Placements } from './placements.ts';
import { Proposals } from './proposals.ts';

const overloaded = { index: 0, term: 0, error: 'overloaded' } as const;

/** Proposals of `n1`, whose forwarded commands are answered by hand. */
function proposals() {
  const asked: { to: NodeId; answer: (response: ForwardResponse) => void }[] = [];
  const transport = {
    forward: (to: NodeId) =>
      new Promise<ForwardResponse>((resolve) => asked.push({ to, answer: resolve })),
  } as unknown as Transport;
  const placements = new Placements(() => undefined);
  return { asked, made: new Proposals('n1', transport, placements, (command) => command) };
}

t.test('a refusal is final when no other leader was asked', async (t) => {
  const { asked, made } = proposals();
  made.leaderChanged({ leader_id: 'n2', term: 1 });
  const proposed = made.propose('r', new Uint8Array(1), 60_000);
  asked[0]?.answer(overloaded);
  await t.rejects(proposed, { code: 'overloaded', outcome: 'not_applied' });
  made.close();
});

t.test('it is not while an earlier leader has not answered: that one may have it', async (t) => {
  const { asked, made } = proposals();
  made.leaderChanged({ leader_id: 'n2', term: 1 });
  const proposed = made.propose('r', new Uint8Array(1), 60_000);
  proposed.catch(() => undefined);
  made.leaderChanged({ leader_id: 'n3', term: 2 });
  asked[1]?.answer(overloaded);
  while (asked.length < 3) await sleep(retryPauseMs);
  t.same(
    asked.map(({ to }) => to),
    ['n2', 'n3', 'n3'],
    'asked again',
  );
  made.close();
  await t.rejects(proposed, { code: 'closed', outcome: 'unknown' });
});

t.test('who waits beyond its time is told so, and whether a leader may have it', async (t) => {
  const { made } = proposals();
  const nowhere = made.propose('a', new Uint8Array(1), 0);
  const longer = made.propose('b', new Uint8Array(1), 60_000);
  made.expire();
  await t.rejects(nowhere, { code: 'no_quorum', outcome: 'not_applied' });

  made.leaderChanged({ leader_id: 'n2', term: 1 });
  const forwarded = made.propose('c', new Uint8Array(1), 0);
  made.expire();
  await t.rejects(forwarded, { code: 'no_quorum', outcome: 'unknown' });

  made.close();
  await t.rejects(longer, { code: 'closed' }, 'whose time was not up went on waiting');
});
