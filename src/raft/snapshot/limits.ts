import { strict as assert } from 'node:assert';

/** Every limit of snapshots, with its unit last. */

const MIB = 1024 * 1024;

/** A snapshot is taken when this much of the log is behind the last one, by either measure. */
export const snapshotEntries = 10_000;
export const snapshotLogBytes = 64 * MIB;
/** Each node adds up to this part to both, so that they do not all copy at the same time. */
export const snapshotJitter = 0.25;
/**
 * Not before the log has grown by the size of the last snapshot over this: to copy the state costs at
 * most as much as to write the log.
 */
export const snapshotSizePerLogByte = 1;
export const snapshotIntervalMs = 15_000;
/** After one that failed (the disk is full, say). */
export const snapshotRetryMs = 30_000;
/** On a low disk they are taken only while they are no larger than this. */
export const smallSnapshotBytes = 32 * MIB;

/** What one call carries; it is in memory a few times on either side. */
export const chunkBytes = MIB;
export const chunkDeadlineMs = 10_000;
/** The last one is answered when the whole file was hashed and fsynced. */
export const lastChunkDeadlineMs = 120_000;
/** Chunks in a row that bring the receiver no further, until sending is given up. */
export const maxFruitlessChunks = 5;
/** How long a receiver whose disk failed takes no more. */
export const receivePauseMs = 30_000;

/** A file is hashed in slices of this size, with a turn of the event loop in between. */
export const hashSliceBytes = MIB / 4;

assert(snapshotRetryMs >= snapshotIntervalMs, 'a failure must not hasten the next one');
assert(lastChunkDeadlineMs >= chunkDeadlineMs, 'the last chunk takes longest');
