import type { CommandModule } from 'yargs';
import { z } from 'zod';
import { inSession, SESSION_OPTIONS, type SessionOptions } from '../admin-session.ts';

const answerSchema = z.object({ index: z.int(), size_bytes: z.int() });

export const snapshotCommand: CommandModule<object, SessionOptions> = {
  command: 'snapshot',
  describe: 'Take a snapshot on the node that --url names, which lets its log become shorter',
  builder: SESSION_OPTIONS,
  async handler(options) {
    const answer = await inSession(options, (session) => session.call('POST /v1/cluster/snapshot'));
    const { index, size_bytes: bytes } = answerSchema.parse(answer);
    console.log(`Snapshot of everything up to entry ${index}, ${bytes} bytes.`);
  },
};
