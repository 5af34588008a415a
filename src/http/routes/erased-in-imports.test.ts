import t from 'tap';
import { decodeCommand } from '../../lms/codec.ts';
import type { Command } from '../../lms/command.ts';
import { eraseUser } from '../../lms/commands/erase-user.ts';
import { type StageImport, stageImport } from '../../lms/commands/stage-import.ts';
import { type ImportScene, importScene } from '../testing-imports.ts';

/** An erasure while the plan of a roster is made that has the name of who is erased. */

const HEADER = 'username,display_name\n';

/** Erases them, once, just before the first `STAGE_IMPORT` that `isIt` gets through the log. */
function erasesBefore(
  s: ImportScene,
  username: string,
  isIt: (command: StageImport) => boolean,
): void {
  const { consensus } = s.api;
  const user_id = s.userId(username);
  const { apply } = consensus;
  consensus.apply = (bytes) => {
    const { command } = decodeCommand(bytes);
    if (command.kind === stageImport.kind && isIt(command as Command<StageImport>)) {
      consensus.apply = apply;
      s.api.command(eraseUser, { user_id }, s.admin.id);
    }
    return apply.call(consensus, bytes);
  };
}

t.test('what was compared before an erasure becomes no plan after it', async (t) => {
  const s = importScene(t);
  await s.import(`${HEADER}ann,Ann\nbob,Bob\n`);
  erasesBefore(s, 'ann', ({ changes }) => changes.length > 0);
  const changed = `${HEADER}ann,Ann Smith\nbob,Bobby\n`;
  const late = await s.send(changed);
  t.match([late.status, await late.json()], [409, { code: 'conflict', detail: /was erased/ }]);
  t.same(s.count('imports'), 1);
  t.equal((await s.plan(changed)).state, 'planned', 'the roster can be sent again');
});

t.test('nor does a roster that changes nothing: its file has the name too', async (t) => {
  const s = importScene(t);
  const roster = `${HEADER}ann,Ann\n`;
  await s.import(roster);
  const { consensus } = s.api;
  const ann = s.userId('ann');
  consensus.beforePropose = async () => {
    consensus.beforePropose = () => Promise.resolve();
    s.api.command(eraseUser, { user_id: ann }, s.admin.id);
  };
  t.equal((await s.send(roster)).status, 409);
  t.same(s.count('imports'), 1);
});

t.test('whom the judging found, and the staging does not, is somebody new', async (t) => {
  const s = importScene(t);
  await s.import(`${HEADER}ann,Ann\n`);
  const before = s.userId('ann');
  erasesBefore(s, 'ann', ({ changes }) => changes.length === 0);
  const plan = await s.plan(`${HEADER}ann,Ann Smith\n`);
  t.match(await s.must(plan.id, 'apply'), { state: 'applied' });
  t.not(s.userId('ann'), before);
});
