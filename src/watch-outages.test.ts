import { pino } from 'pino';
import t, { type Test } from 'tap';
import { SoloConsensus } from './http/testing.ts';
import { bootstrapAdmin } from './lms/commands/bootstrap-admin.ts';
import { COMMANDS } from './lms/commands/registry.ts';
import { LmsMachine } from './lms/machine.ts';
import { ProposalError } from './raft/errors.ts';
import { submitAsSystem } from './system-commands.ts';
import { lookForOutage, watchOutages } from './watch-outages.ts';

const logger = pino({ level: 'silent' });
const minute = 60_000;

async function scene(t: Test) {
  const machine = new LmsMachine(':memory:', COMMANDS);
  t.teardown(() => machine.close());
  const consensus = new SoloConsensus(machine);
  let now = Date.UTC(2026, 10, 20);
  consensus.now = () => now;
  const parts = { consensus, reader: machine.reader, logger };
  const start = async () => {
    const admin = {
      user_id: 'usr_1',
      username: 'admin',
      username_key: 'admin',
      display_name: 'admin',
      password_hash: 'none',
    };
    await submitAsSystem(consensus, bootstrapAdmin, admin, 1_000);
  };
  return {
    machine,
    consensus,
    parts,
    start,
    wait: (ms: number) => {
      now += ms;
    },
    elect: () => {
      const index = machine.applied.index + 1;
      machine.apply([{ index, term: index, type: 1, command: new Uint8Array() }]);
    },
    look: () => lookForOutage(parts, now),
    kinds: () =>
      machine.reader.all<{ kind: string }>('SELECT kind FROM audit_trail').map(({ kind }) => kind),
    incidents: () => machine.reader.all('SELECT source, started_at, ended_at FROM incidents'),
  };
}

t.test('the leader of a quiet cluster gives a sign of life once a minute', async (t) => {
  const { look, wait, kinds, start, incidents } = await scene(t);
  await look();
  t.same(kinds(), [], 'not before there is anything');
  await start();
  wait(minute - 1);
  await look();
  t.equal(kinds().length, 1);
  wait(1);
  await look();
  await look();
  t.same(kinds().slice(1), ['RECORD_SERVICE']);
  t.same(incidents(), []);
});

t.test('an outage is recorded as soon as there is a leader, also after a write', async (t) => {
  const { look, wait, start, elect, incidents, consensus } = await scene(t);
  await start();
  const started_at = consensus.now();
  elect();
  wait(10 * minute);
  const ended_at = consensus.now();
  await start();
  wait(1_000);
  await look();
  t.match(incidents(), [{ source: 'detected', started_at, ended_at }]);
  t.equal(incidents().length, 1);
});

t.test('others than the leader write nothing', async (t) => {
  const { look, wait, start, kinds, consensus } = await scene(t);
  await start();
  wait(10 * minute);
  consensus.overrides = { role: 'follower' };
  await look();
  t.equal(kinds().length, 1);
});

t.test('who leads no more leaves it to the next; what is no refusal is a fault', async (t) => {
  const { look, wait, start, kinds, consensus } = await scene(t);
  await start();
  wait(10 * minute);
  const refusal = new ProposalError('no_quorum', 'not_applied', 'No majority.');
  consensus.beforePropose = () => Promise.reject(refusal);
  await t.resolves(look());
  consensus.beforePropose = () => Promise.reject(new Error('a fault'));
  await t.rejects(look(), /a fault/);
  t.equal(kinds().length, 1);
});

t.test('it ends with the node', async (t) => {
  const { parts } = await scene(t);
  const stop = new AbortController();
  const running = watchOutages(parts, stop.signal);
  stop.abort();
  await t.resolves(running);
});
