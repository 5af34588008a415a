import { encodeCommand } from '../../src/lms/codec.ts';
import { type CommandDefinition, defineCommand } from '../../src/lms/command.ts';

/** The tiny language of commands of these tests: notes of a size. */

const SETUP = defineCommand<object>({
  kind: 'SETUP',
  v: 1,
  apply(tx) {
    tx.run('CREATE TABLE IF NOT EXISTS notes (value TEXT NOT NULL) STRICT');
    return null;
  },
});

const WRITE = defineCommand<{ value: string }>({
  kind: 'WRITE',
  v: 1,
  apply(tx, { value }) {
    tx.run('INSERT INTO notes (value) VALUES (?)', value);
    return { value };
  },
});

export const NOTE_COMMANDS = new Map<string, CommandDefinition<object>>([
  ['SETUP/1', SETUP],
  ['WRITE/1', WRITE as unknown as CommandDefinition<object>],
]);

export function noteCommand(id: string, kind: 'SETUP' | 'WRITE', value = ''): Uint8Array {
  const header = { v: 1, command_id: id, actor_id: null, session_id: null, received_at: 0 };
  const command = { kind, ...header, value };
  return encodeCommand(command);
}
