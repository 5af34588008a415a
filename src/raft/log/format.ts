/** Sizes and codes of the log file, format version 1. The layouts are drawn in DESIGN.md. */

export const FORMAT_VERSION = 1;
/** The segment header takes one page; the first record follows it. */
export const PAGE_BYTES = 4096;
/** Offsets inside a segment are stored in 32 bits. */
export const MAX_SEGMENT_BYTES = 2 ** 32 - PAGE_BYTES;
/** Longest cluster or node id, in UTF-8 bytes. */
export const MAX_ID_BYTES = 512;

/** `truncate` is reserved: this version neither writes nor accepts it. */
export const RECORD_TYPE = {
  entry: 1,
  hard_state: 2,
  commit_mark: 3,
  truncate: 4,
  snapshot_mark: 5,
  seal: 6,
} as const;
export type RecordType = (typeof RECORD_TYPE)[keyof typeof RECORD_TYPE];

/** Bytes before the payload of a record. */
export const RECORD_HEAD_BYTES = 28;
/** The chained CRC, the last field of a record. */
export const CRC_BYTES = 4;
/** A commit mark or seal: fixed size, so that it can be found without a chain that leads to it. */
export const MARK_PAYLOAD_BYTES = 28;
export const MARK_BYTES = recordBytes(MARK_PAYLOAD_BYTES);
/** Random per segment and repeated in its marks; see DESIGN.md, "Marks". */
export const NONCE_BYTES = 8;

/** Whole size of a record, padding and CRC included: a multiple of 8. */
export function recordBytes(payloadBytes: number): number {
  return Math.ceil((RECORD_HEAD_BYTES + payloadBytes + CRC_BYTES) / 8) * 8;
}

const TWO_32 = 2 ** 32;

/** Writes an integer below 2^53 as 64 bits, little endian. */
export function writeUint53(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value % TWO_32, at);
  bytes.writeUInt32LE(Math.floor(value / TWO_32), at + 4);
}

export function readUint53(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * TWO_32;
}
