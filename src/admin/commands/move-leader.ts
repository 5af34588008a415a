import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { inSession, SESSION_OPTIONS, type SessionOptions } from '../admin-session.ts';

interface Options extends SessionOptions {
  readonly to: string | undefined;
}

const answerSchema = z.object({ leader_id: z.string().nullable() });

export const moveLeaderCommand: CommandModule<object, Options> = {
  command: 'move-leader',
  describe: 'Hand the leadership over to another node',
  builder: {
    to: { type: 'string', describe: 'To which node; else to the one that has most of the log' },
    ...SESSION_OPTIONS,
  },
  async handler(options) {
    const answer = await inSession(options, (session) =>
      session.call('POST /v1/cluster/leadership', { to: options.to ?? null }),
    );
    const { leader_id: leader } = answerSchema.parse(answer);
    console.log(leader === null ? 'The election is not over yet.' : `${leader} leads.`);
  },
};
