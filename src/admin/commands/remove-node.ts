import type { CommandModule } from 'yargs';
import { inSession, SESSION_OPTIONS, type SessionOptions } from '../admin-session.ts';

interface Options extends SessionOptions {
  readonly id: string;
  readonly 'accept-missing-files': boolean;
}

export const removeNodeCommand: CommandModule<object, Options> = {
  command: 'remove-node',
  describe: 'Remove a node for ever; its process ends by itself',
  builder: {
    id: { type: 'string', demandOption: true, describe: 'Its id, which is never taken again' },
    'accept-missing-files': {
      type: 'boolean',
      default: false,
      describe: 'Although files may be lost with it',
    },
    ...SESSION_OPTIONS,
  },
  async handler(options) {
    const { id } = options;
    const query = options['accept-missing-files'] ? '?accept_missing_files=true' : '';
    const path = `DELETE /v1/cluster/nodes/${encodeURIComponent(id)}${query}`;
    await inSession(options, (session) => session.call(path));
    console.log(`${id} is a member no more. Its data folder may be deleted.`);
  },
};
