import t from 'tap';
import { torture } from './torture.ts';

/** Half a minute of what `npm run torture` does for three; `TORTURE_SEED` gives another sequence. */
t.setTimeout(180_000);

const seed = Number(process.env.TORTURE_SEED ?? 1);

t.test(
  `killed, stopped and cut: linearizable, nothing lost, nothing twice (seed ${seed})`,
  async (t) => {
    const outcome = await torture(t, {
      nodes: 3,
      seconds: 30,
      seed,
      report: (fault) => t.comment(fault),
    });
    const { verdict, history, faults, chain_hashes, threads } = outcome;
    t.equal(verdict.linearizable, true, JSON.stringify(verdict).slice(0, 4000));
    t.ok(faults.length >= 3, `${faults.length} faults`);
    const appends = history.filter((one) => one.kind === 'append' && one.return_ns !== null);
    const reads = history.filter((one) => one.kind === 'read');
    t.ok(
      appends.length > 50 && reads.length > 50,
      `${appends.length} writes, ${reads.length} reads`,
    );
    t.equal(new Set(chain_hashes).size, 1, 'one history on all nodes');
    t.equal(chain_hashes.length, 3);
    for (const shown of threads) {
      const missing = appends.filter((one) => !shown.get(one.key)?.includes(String(one.value)));
      t.same(missing, [], 'every acknowledged write is there');
      const all = [...shown.values()].flat();
      t.equal(new Set(all).size, all.length, 'none of them twice');
    }
  },
);
