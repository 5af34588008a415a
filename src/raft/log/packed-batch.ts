import { ENTRY_TYPE, type LogEntry } from '../core/messages.ts';
import type { LogBatch } from '../ports.ts';
import { RECORD_HEAD_BYTES, RECORD_TYPE, readUint53, recordBytes, writeUint53 } from './format.ts';
import {
  readEntry,
  sizeOfRecord,
  subtypeOfRecord,
  typeOfRecord,
  writeHardState,
  writeHead,
} from './record.ts';

/** The batch's `seq`; the records follow, as they will stand in the file but for salt and CRC. */
export const PACKED_HEAD_BYTES = 8;

/** One buffer for the whole batch, so that it can be handed to the worker in one transfer. */
export function packBatch(batch: LogBatch): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(packedSize(batch)));
  writeUint53(bytes, 0, batch.seq);
  let at = PACKED_HEAD_BYTES;
  if (batch.hard_state !== null) {
    writeHardState(bytes, at, batch.hard_state);
    at += sizeOfRecord(bytes, at);
  }
  if (batch.reset !== undefined) {
    const { index, term } = batch.reset;
    const type = RECORD_TYPE.snapshot_mark;
    writeHead(bytes, at, { type, subtype: 0, term, index, payloadBytes: 0 });
    at += sizeOfRecord(bytes, at);
  }
  for (const entry of batch.entries) {
    writeHead(bytes, at, {
      type: RECORD_TYPE.entry,
      subtype: entry.type,
      term: entry.term,
      index: entry.index,
      payloadBytes: entry.command.length,
    });
    bytes.set(entry.command, at + RECORD_HEAD_BYTES);
    at += recordBytes(entry.command.length);
  }
  return bytes;
}

function packedSize(batch: LogBatch): number {
  let size = PACKED_HEAD_BYTES;
  if (batch.hard_state !== null)
    size += recordBytes(Buffer.byteLength(batch.hard_state.voted_for ?? ''));
  if (batch.reset !== undefined) size += recordBytes(0);
  for (const entry of batch.entries) size += recordBytes(entry.command.length);
  return size;
}

/** Where the record stands that says where the log starts over; null when there is none. */
export function resetIn(packed: Buffer): number | null {
  let at = PACKED_HEAD_BYTES;
  if (at < packed.length && typeOfRecord(packed, at) === RECORD_TYPE.hard_state)
    at += sizeOfRecord(packed, at);
  const isReset = at < packed.length && typeOfRecord(packed, at) === RECORD_TYPE.snapshot_mark;
  return isReset ? at : null;
}

/** Whether a state machine will grow by it. */
export function bringsCommands(packed: Buffer): boolean {
  for (let at = PACKED_HEAD_BYTES; at < packed.length; at += sizeOfRecord(packed, at)) {
    const isEntry = typeOfRecord(packed, at) === RECORD_TYPE.entry;
    if (isEntry && subtypeOfRecord(packed, at) === ENTRY_TYPE.command) return true;
  }
  return false;
}

export function seqOfPacked(packed: Buffer): number {
  return readUint53(packed, 0);
}

/** The entries in records that follow each other. Commands are views into `records`. */
export function unpackEntries(records: Buffer): LogEntry[] {
  const entries: LogEntry[] = [];
  for (let at = 0; at < records.length; at += sizeOfRecord(records, at))
    entries.push(readEntry(records, at));
  return entries;
}
