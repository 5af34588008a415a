import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CopyOrder } from './copy-state.ts';

/** Entry point of the thread that copies the state: does it, says of which position it is, and ends. */

const { database, target }: CopyOrder = workerData;

const source = new DatabaseSync(database, { readOnly: true });
// In one read transaction, so of one moment; what is written meanwhile goes to the write-ahead log.
source.prepare('VACUUM INTO ?').run(target);
source.close();

// The position is read from the copy itself: the source may have moved on.
const copy = new DatabaseSync(target, { readOnly: true });
const position = copy
  .prepare('SELECT applied_index AS "index", applied_term AS term FROM replica')
  .get();
copy.close();
parentPort?.postMessage({ ...position });
