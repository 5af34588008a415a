/** Every limit of the state machine, with its unit last. Changing one that `apply` uses forks replay. */

/** How long the result of a command is kept for replays, and what it emitted for readers: 7 days. */
export const resultRetentionMs = 7 * 24 * 60 * 60 * 1000;

/** Every so many entries so many results are forgotten: twice as fast as they come, in small steps. */
export const resultsForgottenEvery = 64;
export const resultsForgottenAtOnce = 128;

/** How far `received_at` may be from `committed_at` and still be believed. */
export const clockToleranceMs = 120_000;

/** 1,000,000 points, and a weight of 1,000, both in thousandths. */
export const maxPointsMilli = 1_000_000_000;
export const maxWeightMilli = 1_000_000;

/** What a date can be (ECMA-262, time values). */
export const maxTimeMs = 8_640_000_000_000_000;
export const maxGraceSeconds = 7 * 24 * 60 * 60;
/** A late policy that counts in years is a mistake. */
export const maxLateIntervalSeconds = 366 * 24 * 60 * 60;
/** 100 % in hundredths of a percent. */
export const maxPercentHundredths = 10_000;
export const maxRubricCriteria = 50;
export const maxRubricLevels = 20;
export const maxAttachmentsPerAssignment = 50;
export const maxFilesPerAttempt = 50;
/** Bounds what `GET /v1/queries/{q}` answers. */
export const maxAnswersPerQuery = 500;

/** Failed logins that are let pass in a window, per account and per client address. */
export const loginWindowMs = 15 * 60 * 1000;
export const maxAccountLoginFailures = 10;
export const maxAddressLoginFailures = 100;

/** Accounts that one client address may try to register in a window: a class that begins at once. */
export const maxAddressRegistrations = 100;

/** Entries of the audit trail that one request looks at, with filters that leave few of them. */
export const maxAuditRowsExamined = 10_000;
/** Entries of the hash chain in one answer: they are hashed in one turn of the event loop. */
export const maxAuditChainEntries = 2_000;

/** Stored results that one step of an erasure looks through. */
export const resultsErasedAtOnce = 5_000;

/** A login beyond this ends the oldest session of the account. */
export const maxSessionsPerUser = 100;
/**
 * For how long a refresh token that was used may come again, with its answer lost: twice the longest
 * deadline of a request.
 */
export const refreshGraceMs = 120_000;
/** Then it takes a login: what is kept of each refresh must have a bound. */
export const maxRefreshesPerFamily = 1_000;
/** Personal tokens of one user that have not expired. */
export const maxTokensPerUser = 50;
export const maxTokenLifetimeMs = 366 * 24 * 60 * 60 * 1000;
/** Expired sessions removed at each login: more than come in, so their number stays bounded. */
export const sessionsForgottenAtOnce = 4;

/** A node that reads a material must be heard from within this time, or another takes over. */
export const extractionLeaseMs = 15_000;
/** Runs that may die on one material before it is given up: it may be what kills them. */
export const maxExtractionRuns = 3;
/** Text of the pages in one command, as UTF-8. */
export const maxPageTextBytes = 256 * 1024;

export const maxMessagesPerConversation = 200;
export const conversationTitleChars = 80;

/** How long a grading claim holds without being renewed. */
export const gradingClaimMs = 300_000;
export const maxRegradeRequestsPerSubmission = 20;

/** Between the placing of bytes on the nodes and the entry that names them, in the log's time. */
export const maxPlacementMs = 12 * 60 * 60 * 1000;
export const maxPartsPerUpload = 10_000;
/** An import of a course that gets no further part for so long, in the log's time, is let go of. */
export const stagedCourseMs = 60 * 60 * 1000;
/** Files, uploads, and objects of abandoned imports, that one command expires. */
export const expiredAtOnce = 100;
/** Passages of materials that one command takes out of the index: some 0.1 s. */
export const passagesDroppedAtOnce = 1_000;

/** An import can be undone, and one that was only planned be applied, for 30 days. */
export const importChangesKeptMs = 30 * 24 * 60 * 60 * 1000;
/** Changes of an import in one entry of the log, so that no entry keeps others waiting. */
export const importChangesPerStep = 200;
/** Deleting a course looks through all tables that name courses: it counts as so many changes. */
export const courseDeletionChanges = 20;
/** Changes that one command brings in. */
export const maxImportChangesStaged = 200;
export const maxImportChanges = 1_000_000;
/** Changes that were staged and never became a plan, because the node died: forgotten after an hour. */
export const importStagingKeptMs = 60 * 60 * 1000;
export const importChangesForgottenAtOnce = 500;
/** Of a declared incident, and of what a rule of an outage policy counts: 60 days. */
export const maxOutageSeconds = 60 * 24 * 60 * 60;
export const maxPolicyRules = 20;
export const maxPolicyHolidays = 400;
/** Deadlines that one command may move: nothing else is applied meanwhile, some 0.3 s at most. */
export const maxAdjustedDeadlines = 5_000;
/** Shorter windows without a commit are no incident: a change of leader, or nobody wrote. */
export const minOutageMs = 120_000;

/** A node that answers a query as the tutor must be heard from within this time. */
export const tutorLeaseMs = 15_000;
/** Runs that may die on one query before the staff get it: it may be what kills them. */
export const maxTutorRuns = 3;

/** Cells that one import of grades may change: an exam of a large course. */
export const maxCellsPerGradeImport = 5_000;
/** Conflicts and changes that an import lists; all are counted. */
export const maxListedImportCells = 1_000;
/** Calendars whose address a user may have given to programs. */
export const maxFeedsPerUser = 20;

/** Values worked out from rows (`RowMemory`), of some 300 bytes; beyond, all are forgotten. */
export const maxRememberedValues = 20_000;
/** Kinds, actors, courses and codes of the journal whose numbers are in memory; beyond, all are forgotten. */
export const maxRememberedNames = 20_000;
/** Ids of applied commands in memory: so many at least, twice as many at most. */
export const rememberedCommandIds = 8_192;
/** Entries applied in one transaction of SQLite, and how long it may stay open. */
export const maxUncommittedEntries = 2_000;
export const maxUncommittedMs = 500;
/** Entries that get savepoints after a command was refused too late to do without. */
export const carefulEntries = 1_000;
/** Pages of SQLite in memory. */
export const pageCacheKiB = 8 * 1024;
/**
 * Pages in the write-ahead log before they are brought into the file, which is fsynced then: most of what a
 * batch changes are the same few pages again.
 */
export const walPages = 4_000;
