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
  for (let at = 0; at < 3; at += 1) text[at] = prefix.charCodeAt(at);
  writeUuid();
  return text.toString('latin1');
}

/** Names a request in its answer and in the logs. */
export const newRequestId = uuid;

/** Names a command in the log: applied once, however often it arrives. */
export const newCommandId = uuid;

function uuid(): string {
  writeUuid();
  return text.toString('latin1', uuidAt);
}

/**
 * The id that is being made, in ASCII. Read at once: the engine writes JSON twice as fast of a string in
 * one piece as of one that was put together.
 */
const text = Buffer.from('xxx_tttttttttttt7cccvrrrrrrrrrrrrrrr');
const uuidAt = 4;
const counterAt = uuidAt + 13;
const variantAt = uuidAt + 16;
const digits = Buffer.from('0123456789abcdef');

const counterValues = 2 ** 12;
let lastMs = 0;
let counter = 0;

/**
 * UUIDv7 without hyphens (RFC 9562 §5.7). Those of one process sort as they were made: within a
 * millisecond by a counter that begins at random (§6.2, method 1), as lists in the order of ids need.
 * Every request makes three: hence the store of random bytes, and one text of the time per millisecond.
 */
function writeUuid(): void {
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
  text[counterAt] = digits[counter >> 8] as number;
  writeByte(counterAt + 1, counter & 0xff);
  const at = takeRandom();
  writeByte(variantAt, ((random[at] as number) & 0x3f) | 0x80);
  for (let n = 1; n < tailBytes; n += 1) writeByte(variantAt + 2 * n, random[at + n] as number);
}

function beginMs(ms: number): void {
  lastMs = ms;
  text.write(ms.toString(16).padStart(12, '0'), uuidAt, 'latin1');
}

/** Two hexadecimal digits. */
function writeByte(at: number, byte: number): void {
  text[at] = digits[byte >> 4] as number;
  text[at + 1] = digits[byte & 0xf] as number;
}

/** The variant and what is random. */
const tailBytes = 8;
const random = Buffer.alloc(512 * tailBytes);
let used = random.length;

/** Where in `random` the next bytes are that nobody has had. */
function takeRandom(): number {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += tailBytes;
  return used - tailBytes;
}
