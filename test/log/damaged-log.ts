import { join } from 'node:path';
import { readWhole } from '../../src/raft/log/file-system.ts';
import { packBatch } from '../../src/raft/log/packed-batch.ts';
import {
  decodeHeader,
  encodeHeader,
  type SegmentHeader,
} from '../../src/raft/log/segment-header.ts';
import { segmentName } from '../../src/raft/log/segment-name.ts';
import { LOSE_ALL } from '../simulation/power-cut.ts';
import { SimDisk } from '../simulation/sim-disk.ts';
import { runScenario } from './log-scenario.ts';
import { batch, entry, FOLDER, openSmall, vote } from './small-log.ts';

/** Sizes of the records in `threeBatches`: its vote, and each of its entries. */
export const VOTE_BYTES = 40;
export const ENTRY_BYTES = 136;

export function pathOf(seq: number): string {
  return join(FOLDER, segmentName(seq));
}

/** Three segments of one entry each, gone idle. */
export function severalSegments(): SimDisk {
  const disk = new SimDisk();
  runScenario(disk, [
    { kind: 'append', batches: [batch(vote(3, 'n1'), entry(1, 3, 3000))] },
    { kind: 'append', batches: [batch(null, entry(2, 3, 3000))] },
    { kind: 'append', batches: [batch(null, entry(3, 3, 3000))] },
    { kind: 'mark' },
  ]);
  disk.powerCut(LOSE_ALL);
  return disk;
}

/** One segment: a vote and three entries in three batches. No idle mark, not closed. */
export function threeBatches(): SimDisk {
  const disk = new SimDisk();
  const engine = openSmall(disk);
  engine.append([packBatch(batch(vote(1, 'n1'), entry(1, 1)))]);
  engine.append([packBatch(batch(null, entry(2, 1)))]);
  engine.append([packBatch(batch(null, entry(3, 1)))]);
  return disk;
}

export function remove(disk: SimDisk, name: string): void {
  disk.unlink(join(FOLDER, name));
  disk.syncFolder(FOLDER);
}

/** Changes the first page of a segment, and makes its CRC right again. */
export function rewriteHeader(disk: SimDisk, seq: number, changes: Partial<SegmentHeader>): void {
  const file = disk.open(pathOf(seq));
  file.writeAt(encodeHeader({ ...decodeHeader(readWhole(file))!, ...changes }), 0);
  file.sync();
}

/** Where the records of the first segment end. */
export function usedBytes(disk: SimDisk): number {
  const last = readWhole(disk.open(pathOf(1))).findLastIndex((byte) => byte !== 0);
  return Math.ceil((last + 1) / 8) * 8;
}
