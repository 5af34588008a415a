import { pino } from 'pino';
import { openLog } from '../../src/raft/log/open-log.ts';
import { batch, entry, IDENTITY, vote } from './small-log.ts';

/**
 * Appends to the log in `argv[2]` until it is killed, several batches in flight, superseding now
 * and then, and writes `<seq> <term> <last index>` to stdout for each batch reported durable.
 */

const IN_FLIGHT = 8;
const log = await openLog({
  folder: process.argv[2]!,
  identity: IDENTITY,
  limits: { segmentBytes: 64 * 1024, maxGroupBytes: 16 * 1024, idleMarkMs: 1 },
  logger: pino({ level: 'silent' }),
});
let { term } = log.recovered.hard_state;
let index = log.recovered.last_index;
let seq = 0;
const sent: string[] = [''];

function appendNext(): void {
  seq += 1;
  const newTerm = seq % 10 === 1;
  if (newTerm) {
    term += 1;
    index = Math.max(0, index - 3);
  }
  const entries = [entry(index + 1, term, 10 + ((seq * 97) % 900)), entry(index + 2, term)];
  index += 2;
  sent.push(`${seq} ${term} ${index}\n`);
  log.append({ ...batch(newTerm ? vote(term, `n${term}`) : null, ...entries), seq });
}

let reported = 0;
log.onDurable = (upTo) => {
  const lines = sent.slice(reported + 1, upTo + 1);
  reported = upTo;
  process.stdout.write(lines.join(''));
  for (let i = 0; i < lines.length; i += 1) appendNext();
};
for (let i = 0; i < IN_FLIGHT; i += 1) appendNext();
