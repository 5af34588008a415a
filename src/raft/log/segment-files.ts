import { join } from 'node:path';
import { ForeignLog, LogCorruption } from './errors.ts';
import type { FileSystem, LogFile } from './file-system.ts';
import { FORMAT_VERSION, PAGE_BYTES } from './format.ts';
import {
  decodeHeader,
  encodeHeader,
  formatVersion,
  type LogIdentity,
  type SegmentHeader,
} from './segment-header.ts';
import { BROKEN_SUFFIX, segmentName, seqOfName, TEMPORARY_SUFFIX } from './segment-name.ts';
import { type GoodEnd, startOfSegment } from './segment-replay.ts';
import type { ZeroFile } from './zero-file.ts';

export interface SegmentFile {
  readonly path: string;
  readonly header: SegmentHeader;
}

/** Gives a zero-filled file its header and, once that is durable, its name. */
export function installSegment(
  fs: FileSystem,
  folder: string,
  blank: ZeroFile,
  header: SegmentHeader,
): { file: LogFile; end: GoodEnd } {
  const file = blank.finish();
  const page = encodeHeader(header);
  file.writeAt(page, 0);
  file.sync();
  fs.rename(blank.path, join(folder, segmentName(header.seq)));
  fs.syncFolder(folder);
  return { file, end: startOfSegment(page, header) };
}

/**
 * Removes segments, oldest first, each durably before the next: whenever it is broken off, what is
 * left is a log that lacks its beginning, never one with a hole.
 */
export function removeSegments(fs: FileSystem, folder: string, seqs: readonly number[]): void {
  for (const seq of seqs) {
    fs.unlink(join(folder, segmentName(seq)));
    fs.syncFolder(folder);
  }
}

/** Removes what a crash left half made. It does no harm if it comes back, so nothing is synced. */
export function removeTemporaryFiles(fs: FileSystem, folder: string): void {
  for (const name of fs.list(folder))
    if (name.endsWith(TEMPORARY_SUFFIX)) fs.unlink(join(folder, name));
}

/**
 * The segments in order, their headers checked: none missing, none damaged, all ours. An empty
 * list means a new log. Throws `LogCorruption` or `ForeignLog`.
 */
export function openSegmentFiles(
  fs: FileSystem,
  folder: string,
  identity: LogIdentity,
  mustExist: boolean,
): SegmentFile[] {
  const names = fs.list(folder);
  const seqs = names.map(seqOfName).filter((seq) => seq !== null);
  seqs.sort((a, b) => a - b);
  if (seqs.length === 0 && (mustExist || names.some((name) => name.endsWith(BROKEN_SUFFIX))))
    throw new LogCorruption('all its segments are missing', join(folder, segmentName(1)), 0, 1);
  const segments: SegmentFile[] = [];
  for (const seq of seqs) {
    const path = join(folder, segmentName(seq));
    const before = segments.at(-1);
    const index = before === undefined ? 1 : before.header.prev_index + 1;
    if (before !== undefined && seq !== before.header.seq + 1) {
      const missing = join(folder, segmentName(before.header.seq + 1));
      throw new LogCorruption('a segment is missing', missing, 0, index);
    }
    segments.push({ path, header: checkedHeader(fs, path, seq, identity, index) });
  }
  return segments;
}

function checkedHeader(
  fs: FileSystem,
  path: string,
  seq: number,
  identity: LogIdentity,
  index: number,
): SegmentHeader {
  const file = fs.open(path);
  try {
    const page = Buffer.alloc(PAGE_BYTES);
    const length = file.readAt(page, 0);
    const header = decodeHeader(page.subarray(0, length));
    if (header === null)
      throw new LogCorruption('the header of a segment is damaged', path, 0, index);
    checkOwner(path, page, header, identity);
    if (header.seq !== seq)
      throw new LogCorruption(`this is segment ${header.seq} under the wrong name`, path, 0, index);
    if (file.size() !== header.segment_bytes)
      throw new LogCorruption(
        `the file has ${file.size()} bytes in place of ${header.segment_bytes}`,
        path,
        Math.min(file.size(), header.segment_bytes),
        index,
      );
    return header;
  } finally {
    file.close();
  }
}

function checkOwner(path: string, page: Buffer, header: SegmentHeader, own: LogIdentity): void {
  const version = formatVersion(page);
  if (version !== FORMAT_VERSION)
    throw new ForeignLog(
      `${path} has log format ${version}, this version reads format ${FORMAT_VERSION}. Start it with the version that wrote it, or a newer one.`,
    );
  if (header.cluster_id !== own.cluster_id || header.node_id !== own.node_id)
    throw new ForeignLog(
      `${path} belongs to node ${header.node_id} of cluster ${header.cluster_id}, not to node ${own.node_id} of cluster ${own.cluster_id}. Check which data folder and which configuration this node was started with.`,
    );
}
