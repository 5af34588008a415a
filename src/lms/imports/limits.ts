/** Every limit on a roster that is read, with its unit last. */

/** A zip or a CSV, as it is sent: it is read from memory. */
export const maxRosterBytes = 64 * 1024 * 1024;
/** All files of a zip together, unpacked, and how much more that may be than the zip. */
export const maxUnpackedBytes = 512 * 1024 * 1024;
export const maxUnpackRatio = 200;
/** Below this size no ratio is suspicious: an empty table packs very well. */
export const minSuspiciousBytes = 1024 * 1024;
export const maxZipEntries = 64;
export const maxRosterRows = 500_000;
export const maxRowBytes = 64 * 1024;
export const maxColumns = 200;
/** Heap of the thread that reads; more than that is refused, not swapped. */
export const maxReaderHeapMiB = 320;
/** Mistakes that are told, of however many there are. */
export const maxErrorsTold = 100;
/** Rows of the roster that come from the thread at once, and ids that are asked about at once. */
export const rosterBatchRows = 200;
/** Text of the changes in one command, as JSON: far below what an entry may have. */
export const maxStagedBytes = 256 * 1024;

export const maxExternalIdChars = 255;
export const maxEmailChars = 254;
export const maxPersonNameChars = 200;
export const maxCourseCodeChars = 50;
export const maxCourseTitleChars = 200;
