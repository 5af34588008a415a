import { Packr } from 'msgpackr';
import type { ConfigurationCodec } from './core/configurations.ts';
import type { Configuration, Member } from './core/messages.ts';

const packr = new Packr({ useRecords: false });

/** The command of a configuration entry: a MessagePack map with the fields of `Configuration`. */
export const configurationCodec: ConfigurationCodec = {
  encode: (configuration) => Uint8Array.from(packr.pack(configuration)),
  decode: (command) => checkedConfiguration(packr.unpack(command)),
};

/** Throws `TypeError` for what is no configuration. Unknown fields pass, as in proto3. */
export function checkedConfiguration(value: unknown): Configuration {
  const { voters, voters_outgoing, learners, removed } = fieldsOf(value, 'a configuration');
  const checked = {
    voters: membersOf(voters, 'voters'),
    voters_outgoing: membersOf(voters_outgoing, 'voters_outgoing'),
    learners: membersOf(learners, 'learners'),
  };
  if (removed === undefined) return checked;
  return { ...checked, removed: listOf(removed, 'removed').map((id) => text(id, 'removed')) };
}

function membersOf(value: unknown, where: string): Member[] {
  return listOf(value, where).map((one) => {
    const { id, raft, api, replaces, directory_id: directory } = fieldsOf(one, where);
    return {
      id: text(id, 'id'),
      raft: text(raft, 'raft'),
      api: text(api, 'api'),
      ...(replaces !== undefined && { replaces: text(replaces, 'replaces') }),
      ...(directory !== undefined && { directory_id: text(directory, 'directory_id') }),
    };
  });
}

function fieldsOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`${where}: a map is expected`);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${where}: a list is expected`);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`${where}: a text is expected`);
}
