import type { CommandModule } from 'yargs';
import type { NamedFile } from '../../backup-file.ts';
import { bringFiles } from '../../bring-files.ts';
import { copyFolder } from '../../copy-folder.ts';
import { OperatorError } from '../../operator-error.ts';
import {
  type AdminSession,
  inSession,
  Refused,
  SESSION_OPTIONS,
  type SessionOptions,
} from '../admin-session.ts';
import { fetchBackup } from '../fetch-backup.ts';
import { type KeptBackup, keepBackup } from '../keep-backup.ts';

interface Options extends SessionOptions {
  readonly out: string;
  readonly data: string | undefined;
  readonly files: string | undefined;
}

export const backupCommand: CommandModule<object, Options> = {
  command: 'backup',
  describe: 'Fetch a copy of the whole state from a node, and the files that are new',
  builder: {
    out: {
      type: 'string',
      demandOption: true,
      describe: 'The file to make, or a folder for it; it holds secrets',
    },
    files: {
      type: 'string',
      describe: 'Folder of the contents of files: what it lacks is fetched, nothing is removed',
    },
    data: {
      type: 'string',
      conflicts: 'files',
      describe:
        'Instead of --url: the data folder of a node that does not run, when no majority is left',
    },
    ...SESSION_OPTIONS,
  },
  async handler(options) {
    const { out, data, files: folder } = options;
    if (data !== undefined) {
      report(await keepBackup(out, 'state.sqlite3', (file) => copyFolder(data, file)));
      return;
    }
    await inSession(options, async (session) => {
      const backup = await fetchBackup(session, out);
      report(backup);
      if (folder !== undefined) await fetchFiles(session, backup.files, folder);
    });
  },
};

function report({ path, index, term, size_bytes, sha256 }: KeptBackup): void {
  console.log(`Everything up to entry ${index} (term ${term}) is in ${path}:`);
  console.log(`  ${size_bytes} bytes, sha256 ${sha256}`);
}

async function fetchFiles(
  session: AdminSession,
  files: readonly NamedFile[],
  folder: string,
): Promise<void> {
  let gone = 0;
  const { brought, lacking } = await bringFiles(folder, files, async ({ id }) => {
    try {
      return (await session.stream(`GET /v1/files/${id}/content`)).body;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 404) gone += 1;
      return null;
    }
  });
  console.log(
    `Files: ${brought} of ${files.length} fetched into ${folder}, ${files.length - brought - lacking.length} were there` +
      (gone === 0 ? '' : `, ${gone} were deleted since`),
  );
  if (lacking.length === gone) return;
  throw new OperatorError(
    `${lacking.length - gone} files could not be had from this node now, such as ${lacking[0]?.id}: run it ` +
      'again; GET /v1/cluster/storage of each node tells whether it lacks some',
  );
}
