import t from 'tap';
import { LoneServer } from '../../../test/fixtures/lone-server.ts';
import { maxEntryBytes } from './limits.ts';

function refusals(server: LoneServer): string[] {
  return server.effectsOf('refused').map(({ request_id: id, reason }) => `${id}: ${reason}`);
}

t.test('a leader whose disk is low takes no commands, and takes them again by itself', (t) => {
  const server = new LoneServer();
  server.lead();
  server.give({ type: 'disk', low: true });
  const { lastIndex } = server.core.log;
  t.same(server.propose('x'), []);
  t.equal(server.core.log.lastIndex, lastIndex);
  server.give({ type: 'disk', low: false });
  server.propose('y');
  t.equal(server.core.log.lastIndex, lastIndex + 1);
  t.same(refusals(server), ['x: disk_low']);
  t.end();
});

t.test('a low disk hinders no election and no change of members', (t) => {
  const server = new LoneServer();
  server.give({ type: 'disk', low: true });
  server.lead();
  t.equal(server.core.role, 'leader');
  t.equal(server.core.log.lastIndex, 1, 'its no-op is in the log');
  t.end();
});

t.test('only the leader refuses for its disk: elsewhere it says who to ask', (t) => {
  const server = new LoneServer();
  server.give({ type: 'disk', low: true });
  server.propose('x');
  t.same(refusals(server), ['x: not_leader']);
  t.end();
});

t.test('what is too large is said to be so, whatever else is in the way', (t) => {
  const server = new LoneServer();
  server.lead();
  server.give({ type: 'disk', low: true });
  const command = new Uint8Array(maxEntryBytes + 1);
  server.give({ type: 'propose', request_id: 'x', command });
  t.same(refusals(server), ['x: too_large']);
  t.end();
});
