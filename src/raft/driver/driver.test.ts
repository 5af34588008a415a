import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import type { LogStore, Transport } from '../ports.ts';
import { Driver, type DriverHooks } from './driver.ts';

t.test('what was applied wakes nobody, and is heard of with what comes next', async (t) => {
  const log = {
    recovered: {
      hard_state: { term: 0, voted_for: null },
      base: { index: 0, term: 0 },
      last_index: 3,
      terms: [{ first_index: 1, term: 0 }],
      configurations: [],
    },
    diskLow: false,
  };
  let steps = 0;
  const hooks = { beforeStep: () => (steps += 1) };
  const driver = new Driver(
    {
      directory_id: 'a',
      id: 'n1',
      configuration: { voters: [], voters_outgoing: [], learners: [] },
      join_index: 0,
      timing: {
        heartbeat_ms: 60_000,
        election_timeout_min_ms: 600_000,
        election_timeout_max_ms: 900_000,
      },
      seed: 1,
      applied: 0,
    },
    { log: log as unknown as LogStore, transport: {} as Transport },
    hooks as unknown as DriverHooks,
  );
  t.teardown(() => driver.halt(null));
  driver.push({ type: 'applied', index: 3 });
  await turn();
  t.equal(steps, 0);
  driver.push({ type: 'disk', low: false });
  await turn();
  t.equal(steps, 1);
  t.equal(driver.core.applied, 3);
});
