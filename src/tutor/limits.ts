/** Every limit of the tutor, units last. Relations between them are asserted at the end. */

const MiB = 1024 * 1024;

export const extractionLimits = {
  /** Of a PDF; a text is held to `maxTextFileBytes`. */
  maxFileBytes: 30 * MiB,
  maxTextFileBytes: 5 * MiB,
  maxPages: 1_500,
  maxPageCharacters: 20_000,
  maxDocumentCharacters: 5_000_000,
  maxOutlineEntries: 5_000,
  maxSectionCharacters: 200,
  maxLabelCharacters: 32,
  /** Of the child's whole stdout: pages as JSON, escaped at worst. */
  maxOutputBytes: 64 * MiB,
  maxLineBytes: MiB,
  maxResidentBytes: 800 * MiB,
  residentPollMs: 50,
  maxHeapMiB: 512,
  /** The kernel's own bound on the child's writable memory, should the watchdog die first. */
  maxDataKiB: 1_500_000,
  baseWallMs: 60_000,
  wallMsPerPage: 200,
  maxWallMs: 180_000,
  /** The kernel's own bound on the child's CPU time, should the node die and leave it behind. */
  maxCpuSeconds: 200,
  /** A plain text without form feeds is cut into pages of about so many characters. */
  textPageCharacters: 4_000,
} as const;

export const chunkLimits = {
  chunkWords: 250,
  overlapWords: 40,
  /** A chunk of very long "words" (tables, base64) is cut here whatever its word count. */
  maxChunkCharacters: 2_400,
} as const;

export const searchLimits = {
  maxTerms: 24,
  maxQueryCharacters: 4_000,
} as const;

export const jobLimits = {
  pollMs: 1_000,
  /** Text and sections of one STORE_MATERIAL_PAGES command, as UTF-8. */
  maxBatchBytes: 192 * 1024,
  maxBatchPages: 200,
  renewMs: 10_000,
  /** A node that did not take the upload waits so long before it helps with a queued job. */
  helpAfterMs: 5_000,
} as const;

if (extractionLimits.maxWallMs / 1000 > extractionLimits.maxCpuSeconds) {
  throw new Error('limits: the watchdog must bite before the kernel does');
}
if (extractionLimits.maxPageCharacters * 6 > extractionLimits.maxLineBytes) {
  throw new Error('limits: the longest page, escaped, must fit into one line of output');
}
