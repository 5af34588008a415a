import t from 'tap';
import { ReadBarriers } from './read-barriers.ts';
import { AppliedWaiters } from './waiters.ts';

const CLOSED = { name: 'ReadError', code: 'closed' };

function barriers() {
  const asked: string[] = [];
  const reads = new ReadBarriers((id) => asked.push(id), new AppliedWaiters(0, () => undefined));
  return { reads, asked };
}

t.test(
  'closing leaves nobody waiting: not who asked, not who would ask again, not who comes later',
  async (t) => {
    const { reads, asked } = barriers();
    const failed = reads.read(60_000);
    reads.seal();
    reads.failed(asked);
    const waiting = reads.read(60_000);
    reads.close();
    await t.rejects(failed, CLOSED);
    await t.rejects(waiting, CLOSED);
    await t.rejects(reads.read(60_000), CLOSED);
  },
);

t.test('whom nobody could answer asks again as soon as there is a leader', async (t) => {
  const { reads, asked } = barriers();
  const read = reads.read(60_000);
  reads.seal();
  reads.failed(['r1']);
  t.same(asked, ['r1'], 'not yet');
  reads.leaderKnown();
  t.same(asked, ['r1', 'r2']);
  reads.leaderKnown();
  t.same(asked, ['r1', 'r2'], 'once');
  reads.ready(['r2'], 0);
  await read;
  reads.close();
});

t.test('who comes before a step shares its question, who comes after it asks anew', async (t) => {
  const { reads, asked } = barriers();
  const [one, two] = [reads.read(60_000), reads.read(60_000)];
  reads.seal();
  const three = reads.read(60_000);
  t.same(asked, ['r1', 'r2']);
  reads.ready(['r1'], 0);
  await Promise.all([one, two]);
  reads.ready(['r2'], 0);
  await three;
  reads.close();
});
