/** Every limit of the HTTP API, with its unit last. */

/** A JSON body, unless the operation says otherwise. */
export const maxJsonBytes = 1024 * 1024;
export const maxJsonDepth = 32;

/** Request line and headers together. */
export const maxHeaderBytes = 16 * 1024;
/** From the first byte of a request to the end of its headers. */
export const headersTimeoutMs = 10_000;
/** From the first byte of a request to the end of its body: a whole file over a slow line. */
export const requestTimeoutMs = 60 * 60 * 1000;
/** A connection on which nothing moves for so long is cut, also while an answer is awaited. */
export const silenceTimeoutMs = 5 * 60 * 1000;
/** What is read away of a body that was refused, before the connection is closed instead. */
export const maxDrainBytes = 64 * 1024 * 1024;
export const maxDrainMs = 30_000;
/** An idle connection is kept open this long. */
export const keepAliveTimeoutMs = 65_000;

/** How long a request may wait for a majority, unless `LMS-Timeout-Ms` says otherwise. */
export const defaultDeadlineMs = 10_000;
export const minDeadlineMs = 100;
export const maxDeadlineMs = 60_000;

export const defaultPageItems = 100;
export const maxPageItems = 1_000;
export const maxCursorChars = 1_024;

export const maxIdempotencyKeyChars = 255;
export const maxRequestIdChars = 128;

/** Password hashes computed at once on this node (19 MiB and a thread of the pool each). */
export const maxHashesAtOnce = 2;
/** Hashes that may wait for their turn; more are refused with 503 `overloaded`. */
export const maxHashesWaiting = 64;

/** Boundaries and headers of the parts of a multipart body, together. */
export const maxMultipartOverheadBytes = 64 * 1024;
/** A file must reach a majority at least this fast, beside the deadline of the request. */
export const minReplicationBytesPerSecond = 8 * 1024 * 1024;
/** A file, unless the operator set another limit. */
export const defaultMaxFileBytes = 256 * 1024 * 1024;
/** What one person may have uploaded and attached to nothing, unless the operator set another limit. */
export const defaultMaxUnattachedBytes = 2 * 1024 * 1024 * 1024;
export const maxUnattachedFiles = 1_000;
/** A file that is attached to nothing expires: longer than a stored answer may still name it. */
export const unattachedKeptMs = 14 * 24 * 60 * 60 * 1000;
/** An upload waits so long for its next part. */
export const uploadKeptMs = 24 * 60 * 60 * 1000;
/** What is brought to a majority in one go of a body that may break off. */
export const uploadPartBytes = 8 * 1024 * 1024;

/** Tokens whose digests a node keeps in memory, 150 bytes each. */
export const maxRememberedTokens = 10_000;
/** How long an access token lasts. */
export const sessionLifetimeMs = 24 * 60 * 60 * 1000;
/** How long a login lasts, however often it is refreshed. */
export const loginLifetimeMs = 30 * 24 * 60 * 60 * 1000;
/** Of a personal token, unless it is made with another end. */
export const tokenLifetimeMs = 90 * 24 * 60 * 60 * 1000;

export const maxIdChars = 64;
/** Of people; the name to log in with has a limit of its own. */
export const maxNameChars = 200;
export const maxTitleChars = 200;
/** Of what is a document of its own: an assignment, what is handed in for it. */
export const maxMarkdownChars = 200_000;
/** Of what people say to one another: queries, answers, feedback. */
export const maxMessageChars = 20_000;
/** A receipt of 50 files with the longest names has far less. */
export const maxReceiptChars = 256 * 1024;
export const maxReasonChars = 500;
export const maxTopicsPerAssignment = 20;
export const maxTopicChars = 64;
/** Of a criterion of a rubric, or of one of its levels: chosen by whoever writes the rubric. */
export const maxRubricIdChars = 64;

/** Pages of text, of up to 20,000 characters each, in one answer. */
export const maxTextPages = 100;
export const maxQueryChars = 500;
export const maxSearchItems = 50;
/** Materials that a question to the tutor may name. */
export const maxTutorMaterials = 50;

/** Students whose gradebook rows are read and written in one turn of the event loop … */
export const gradebookSliceRows = 20;
/** … and fewer of them where there are more cells than this. */
export const gradebookSliceCells = 2_000;
/** A gradebook as CSV, for import. */
export const maxGradebookBytes = 16 * 1024 * 1024;
export const maxGradebookRowBytes = 256 * 1024;
/** Errors of a file that are listed; all are counted. */
export const maxGradebookErrors = 100;
/** Due dates in one calendar; of more, the latest. */
export const maxFeedEvents = 2_000;

/** A course package as it is sent: it is read from memory. Larger courses are exported, not imported. */
export const maxPackageBytes = 64 * 1024 * 1024;
export const maxPackageEntries = 5_000;
/** Each of its JSON files, unpacked. */
export const maxPackedJsonBytes = 8 * 1024 * 1024;
/** Of the parts in which an imported course goes through the log, as JSON: an entry has at most 1 MiB. */
export const packagePartBytes = 256 * 1024;
