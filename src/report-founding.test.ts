import { pino } from 'pino';
import t from 'tap';
import { until } from '../test/fixtures/until.ts';
import type { ConsensusStatus } from './http/ports.ts';
import { reportFounding } from './report-founding.ts';

const NEVER = new AbortController().signal;
const PACES = { patienceMs: 1, repeatMs: 1 };

const WAITING = {
  node_id: 'n1',
  founding: true,
  leader_id: null,
  members: [
    { id: 'n1', reachable: false },
    { id: 'n2', reachable: true },
    { id: 'n3', reachable: false },
  ],
} as unknown as ConsensusStatus;

function listening() {
  const said: string[] = [];
  const logger = pino({ base: null }, { write: (line) => said.push(JSON.parse(line).msg) });
  return { said, logger };
}

t.test('whom a new cluster waits for is said, again and again, until it does not', async (t) => {
  let status = WAITING;
  const { said, logger } = listening();
  const ended = reportFounding({ status: () => status }, logger, NEVER, PACES);
  await until('it says so twice', () => said.length > 1);
  t.match(said[0], /all must be up together once.*: n3 cannot be reached yet/);
  status = { ...WAITING, founding: false, leader_id: 'n2' };
  await ended;
});

t.test(
  'with a leader there is nothing to wait for, though this node does not know it yet',
  async (t) => {
    let looks = 0;
    const status = () => {
      looks += 1;
      return { ...WAITING, founding: looks < 9, leader_id: 'n2' };
    };
    const { said, logger } = listening();
    await reportFounding({ status }, logger, NEVER, PACES);
    t.same(said, []);
  },
);

t.test(
  'a cluster with a history is not reported on, and the end of the node ends it',
  async (t) => {
    const { said, logger } = listening();
    await reportFounding({ status: () => ({ ...WAITING, founding: false }) }, logger, NEVER, PACES);
    const stop = new AbortController();
    const ended = reportFounding({ status: () => WAITING }, logger, stop.signal);
    stop.abort();
    await ended;
    t.same(said, []);
  },
);
