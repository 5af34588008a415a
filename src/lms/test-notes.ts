import type { LogEntry } from '../raft/core/messages.ts';
import { encodeCommand, stampCommand } from './codec.ts';
import { type CommandDefinition, type CommandHeader, defineCommand } from './command.ts';
import { type AppliedCommand, LmsMachine } from './machine.ts';
import { Refusal } from './refusal.ts';

/** A tiny language of commands, enough to see what the machine itself does. */
const WRITE = defineCommand<{ value: string; course_id?: string }>({
  kind: 'WRITE',
  v: 1,
  apply(tx, command) {
    tx.run('INSERT INTO notes (value) VALUES (?)', command.value);
    tx.target(command.value);
    if (command.course_id !== undefined) tx.concerns(command.course_id);
    tx.emit({ type: 'note.written', course_id: null, data: { value: command.value } });
    if (command.value === 'refused') throw new Refusal('conflict', 'No such note is wanted.');
    if (command.value === 'broken') throw new TypeError('a bug');
    return { value: command.value, at: tx.committedAt, index: tx.index };
  },
});

/** Entry 1 of every log here: makes the table of the tiny language. */
const SETUP = defineCommand<object>({
  kind: 'SETUP',
  v: 1,
  apply(tx) {
    tx.run('CREATE TABLE notes (value TEXT NOT NULL)');
    return null;
  },
});

export const COMMANDS = new Map<string, CommandDefinition<object>>([
  ['WRITE/1', WRITE as unknown as CommandDefinition<object>],
  ['SETUP/1', SETUP],
]);

export function open(path = ':memory:'): LmsMachine {
  const machine = new LmsMachine(path, COMMANDS);
  machine.apply([entry(1, 'setup', { kind: 'SETUP' })]);
  return machine;
}

function header(id: string, more: object = {}): CommandHeader {
  return {
    kind: 'WRITE',
    v: 1,
    command_id: id,
    actor_id: null,
    session_id: null,
    received_at: 5,
    ...more,
  };
}

export function entry(index: number, id: string, fields: object, stamp = index * 10): LogEntry {
  const command = encodeCommand(header(id, fields));
  stampCommand(command, stamp);
  return { index, term: 1, type: 0, command };
}

export function notes(machine: LmsMachine): unknown[] {
  return machine.reader.all<{ value: string }>('SELECT value FROM notes').map((row) => row.value);
}

export function applyOne(machine: LmsMachine, one: LogEntry): AppliedCommand {
  return machine.apply([one])[0]?.value as AppliedCommand;
}
