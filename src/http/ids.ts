import { randomFillSync } from 'node:crypto';

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
let time = '';
let counter = 0;

/**
 * UUIDv7 without hyphens (RFC 9562 §5.7). Those of one process sort as they were made: within a
 * millisecond by a counter that begins at random (§6.2, method 1), as lists in the order of ids need.
 * Every request makes three: hence the store of random bytes, and one text of the time per millisecond.
 */
function uuid(): string {
  const now = Date.now();
  if (now > lastMs) {
    beginMs(now);
    counter = random.readUInt16LE(takeRandom()) % (counterValues / 2);
  } else {
    counter += 1;
    if (counter === counterValues) {
      beginMs(lastMs + 1);
      counter = 0;
    }
  }
  const at = takeRandom();
  const variant = VARIANTS[(random[at] as number) & 3] as string;
  return `${time}${(0x7000 + counter).toString(16)}${variant}${random.toString('hex', at + 1, at + idBytes).slice(1)}`;
}

function beginMs(ms: number): void {
  lastMs = ms;
  time = ms.toString(16).padStart(12, '0');
}

const VARIANTS = ['8', '9', 'a', 'b'];
/** For the variant one, for the 15 digits behind it eight. */
const idBytes = 9;
const random = Buffer.alloc(512 * idBytes);
let used = random.length;

/** Where in `random` the next bytes are that nobody has had. */
function takeRandom(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += idBytes;
  return used - idBytes;
}
