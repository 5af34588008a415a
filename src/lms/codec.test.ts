import { Packr } from 'msgpackr';
import t from 'tap';
import { decodeCommand, encodeCommand, STAMP_BYTES, stampCommand } from './codec.ts';
import type { Command } from './command.ts';

const COMMAND = {
  kind: 'POST_QUERY',
  v: 1,
  command_id: 'c1',
  actor_id: 'usr_1',
  session_id: null,
  received_at: Date.UTC(2026, 10, 30),
  title: 'Zoë asks “why?” \u{1f9ee}\u0000\ud800',
  anonymous: false,
  points: 9_007_199_254_740_991,
  file_ids: [],
} as Command<object>;

t.test('a command comes back as it was, with the time that the leader gave it', async (t) => {
  const bytes = encodeCommand(COMMAND);
  t.same(decodeCommand(bytes), { stamp: 0, command: { ...COMMAND } });
  stampCommand(bytes, 1_764_523_432_123);
  t.same(decodeCommand(bytes), { stamp: 1_764_523_432_123, command: { ...COMMAND } });
  const inside = new Uint8Array(bytes.length + 9);
  inside.set(bytes, 5);
  const view = inside.subarray(5, 5 + bytes.length);
  t.same(decodeCommand(view).command, { ...COMMAND }, 'out of the middle of a message');
});

t.test('a command of an older log', async (t) => {
  const { title: _, ...old } = { ...COMMAND } as Command<{ title: string }>;
  for (const command of [old, { ...old, body_md: 'x'.repeat(70_000), more: { a: [1, null] } }]) {
    const body = new Packr({ useRecords: false, int64AsType: 'number' }).pack(command);
    const bytes = new Uint8Array(STAMP_BYTES + body.length);
    bytes.set(body, STAMP_BYTES);
    stampCommand(bytes, 5);
    t.same(decodeCommand(bytes), { stamp: 5, command });
  }
});
