/** Bytes that are hashed, written or read in one go: bounds the time that the event loop is held. */
export const pieceBytes = 256 * 1024;

/** Pauses between two tries to bring a blob to a peer. */
export const firstRetryMs = 100;
export const lastRetryMs = 2_000;

/** How often the table `files` is looked at for blobs that this node lacks. */
export const missingPollMs = 1_000;
/** Rows of `files` that are compared in one go. */
export const missingBatchFiles = 100;
/** Blobs that could not be fetched and are tried again; what is beyond is found by the next full pass. */
export const maxMissingBlobs = 1_000;
/** Pauses between two rounds over the blobs that no peer could give. */
export const firstMissingRetryMs = 1_000;
export const lastMissingRetryMs = 60_000;
/** How often the whole table is compared with the store again. */
export const fullPassMs = 60 * 60 * 1_000;
/** A blob that is fetched must come at least this fast, after the first five seconds. */
export const minBytesPerSecond = 256 * 1024;
export const transferGraceMs = 5_000;

/**
 * A blob that no row names is kept for so long, by the log's time: longer than a command may take from
 * placing bytes to naming them (`maxPlacementMs` of the state machine), by far.
 */
export const unnamedKeptMs = 24 * 60 * 60 * 1_000;
export const collectEveryMs = 60 * 60 * 1_000;
/** After a pass that found no majority. */
export const collectRetryMs = 60_000;
/** Blobs that are looked up in one turn of the event loop. */
export const garbageBatchBlobs = 200;
/** How long finding out what is committed may take. */
export const settleTimeoutMs = 10_000;

/** Between two passes over all blobs. */
export const scrubPauseMs = 60 * 60 * 1_000;
/** After each piece, however small: a million small blobs are no storm either. */
export const minScrubPauseMs = 1;
