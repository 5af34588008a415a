import { randomUUIDv7 } from 'node:crypto';

export type IdPrefix =
  | 'usr'
  | 'ses'
  | 'fam'
  | 'tok'
  | 'cmd'
  | 'crs'
  | 'asg'
  | 'sub'
  | 'rcp'
  | 'att'
  | 'fil'
  | 'upl'
  | 'mat'
  | 'qry'
  | 'ans'
  | 'rgr'
  | 'imp'
  | 'inc'
  | 'opl'
  | 'ann'
  | 'fed'
  | 'cnv'
  | 'msg';

/** A new id: the prefix of its kind and a UUIDv7 without hyphens, so ids sort by their birth. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${uuid()}`;
}

/** Names a request in its answer and in the logs. */
export const newRequestId = uuid;

/** Names a command in the log: applied once, however often it arrives. */
export const newCommandId = uuid;

const counterValues = 2 ** 12;
let lastMs = 0;
let counter = 0;

/**
 * UUIDv7 without hyphens (RFC 9562 §5.7). Those of one process sort as they were made: within a
 * millisecond by a counter that begins at random (§6.2, method 1), as lists in the order of ids need.
 */
function uuid(): string {
  const random = randomUUIDv7();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = Number.parseInt(random.slice(-3), 16) % (counterValues / 2);
  } else {
    counter += 1;
    if (counter === counterValues) {
      lastMs += 1;
      counter = 0;
    }
  }
  const time = lastMs.toString(16).padStart(12, '0');
  return `${time}7${counter.toString(16).padStart(3, '0')}${random.slice(19, 23)}${random.slice(24)}`;
}
