import { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';

/**
 * In the file of a state that nobody has open: brings its schema up to this program's and ends every login and every
 * personal token, at the log's time. Of the same file it makes the same state everywhere. Throws when the
 * file is of a newer program, or none at all.
 */
export function endLogins(path: string): void {
  const database = new DatabaseSync(path);
  try {
    migrate(database);
    database.exec(
      `BEGIN IMMEDIATE;
       DELETE FROM refresh_tokens;
       DELETE FROM refresh_families;
       UPDATE sessions SET revoked_at = (SELECT committed_at FROM replica) WHERE revoked_at IS NULL;
       COMMIT`,
    );
  } finally {
    database.close();
  }
}
