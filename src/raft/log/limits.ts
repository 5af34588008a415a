import { MARK_BYTES, MAX_SEGMENT_BYTES, PAGE_BYTES } from './format.ts';

export interface LogLimits {
  /** Size of a segment file. A single larger batch gets a file of its own size. */
  readonly segmentBytes: number;
  /** Queued batches are gathered into one write and fsync up to this size. */
  readonly maxGroupBytes: number;
  /** The spare segment is zero-filled and fsynced in steps of this size, between appends. */
  readonly spareStepBytes: number;
  /** How much of a torn tail is kept in a `.broken` file. */
  readonly maxBrokenBytes: number;
  /** Entries are read from the file in windows of this size. */
  readonly readWindowBytes: number;
  /** An idle log writes its durability mark after this time. */
  readonly idleMarkMs: number;
  /** Behind a snapshot this many entries stay for followers, unless they are more bytes than … */
  readonly trailingEntries: number;
  /** … this. */
  readonly trailingBytes: number;
  /** Entries that a follower is about to need stay as long as the log is not longer than this. */
  readonly maxHeldBytes: number;
  /** How often the spare is looked after; one that found the disk full is tried again. */
  readonly spareRetryMs: number;
  /** Below this much free space the disk is low; below half of it commands are held back. */
  readonly reserveBytes: number;
  /** How often the free space is asked for, at most. */
  readonly roomPaceMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_LOG_LIMITS: LogLimits = {
  segmentBytes: 16 * MIB,
  maxGroupBytes: 4 * MIB,
  spareStepBytes: 256 * KIB,
  maxBrokenBytes: MIB,
  readWindowBytes: 256 * KIB,
  idleMarkMs: 20,
  trailingEntries: 10_000,
  trailingBytes: 64 * MIB,
  maxHeldBytes: 512 * MIB,
  spareRetryMs: 1000,
  reserveBytes: 256 * MIB,
  roomPaceMs: 250,
};

/** Fills in the defaults. Throws a `RangeError` when the limits contradict each other. */
export function checkedLimits(given: Partial<LogLimits> = {}): LogLimits {
  const limits = { ...DEFAULT_LOG_LIMITS, ...given };
  const rules: readonly [boolean, string][] = [
    [limits.segmentBytes % PAGE_BYTES === 0, `segmentBytes must be a multiple of ${PAGE_BYTES}`],
    [limits.segmentBytes >= 2 * PAGE_BYTES, 'segmentBytes must hold a header page and a page'],
    [limits.segmentBytes <= MAX_SEGMENT_BYTES, 'segmentBytes must fit in 32 bits'],
    [limits.maxGroupBytes <= limits.segmentBytes, 'maxGroupBytes must not exceed segmentBytes'],
    [limits.maxGroupBytes >= MARK_BYTES, 'maxGroupBytes must hold a record'],
    [limits.spareStepBytes >= PAGE_BYTES, 'spareStepBytes must be a page or more'],
    [limits.readWindowBytes >= PAGE_BYTES, 'readWindowBytes must be a page or more'],
    [limits.maxHeldBytes >= limits.trailingBytes, 'maxHeldBytes must not be below trailingBytes'],
    [limits.maxBrokenBytes >= PAGE_BYTES, 'maxBrokenBytes must be a page or more'],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) throw new RangeError(`log limits: ${broken[1]}`);
  return limits;
}
