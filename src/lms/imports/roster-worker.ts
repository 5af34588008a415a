import { Readable } from 'node:stream';
import { parentPort, workerData } from 'node:worker_threads';
import { RosterRefused } from './file-error.ts';
import { readOneRoster } from './one-roster.ts';
import { readPlainCsv } from './plain-csv.ts';
import type { Roster } from './roster.ts';
import type { ReaderAnswer, ReaderQuestion, ReaderStart } from './roster-reader.ts';
import { openZip } from './zip-entries.ts';

/** The thread of `RosterReader`: reads the whole roster, then answers questions about it. */
const { bytes, mode } = workerData as ReaderStart;
const port = parentPort;
if (port === null) throw new Error('broken invariant: this runs as a thread only');

function isZip(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b;
}

async function read(): Promise<Roster> {
  if (!isZip(bytes)) return await readPlainCsv(Readable.from([bytes]), mode);
  const zip = await openZip(bytes);
  try {
    return await readOneRoster(zip);
  } finally {
    zip.close();
  }
}

function answer(roster: Roster, question: ReaderQuestion): ReaderAnswer {
  const { table } = question;
  if (question.ask === 'gone') {
    return { gone: question.ids.filter((id) => roster.speaksOf(table, id)) };
  }
  return { rows: roster[table].slice(question.from, question.from + question.limit) };
}

try {
  const roster = await read();
  port.on('message', (question: ReaderQuestion) => port.postMessage(answer(roster, question)));
  port.postMessage({ info: roster.info } satisfies ReaderAnswer);
} catch (error) {
  if (!(error instanceof RosterRefused)) throw error;
  const { errors, errorsTotal } = error;
  port.postMessage({ refused: { errors, errorsTotal } } satisfies ReaderAnswer);
}
