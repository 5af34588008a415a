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
  jobsPerLook: 50,
  /** Text of one STORE_MATERIAL_PAGES command, as UTF-8; its rule allows 256 KiB. */
  maxBatchBytes: 192 * 1024,
  maxBatchPages: 200,
  /** A third of the lease, so that two renewals may get lost. */
  renewMs: 5_000,
  /** A node that did not take the upload waits so long before it helps with a queued job. */
  helpAfterMs: 3_000,
  /** A file that no node could give is asked for again after this. */
  retryFileMs: 10_000,
  /** A command that found no majority is sent again after this. */
  retryCommandMs: 1_000,
} as const;

export const ollamaLimits = {
  /** Loading a model and reading the prompt come before the first byte. */
  firstByteMs: 60_000,
  idleMs: 20_000,
  totalMs: 120_000,
  /** Of the small calls: version and tags. */
  probeMs: 2_000,
  /** A server that answered within this time is not asked whether it is alive. */
  aliveMs: 10_000,
  maxResponseBytes: 8 * MiB,
  maxLineBytes: MiB,
  maxErrorBytes: 64 * 1024,
  maxErrorCharacters: 200,
  retries: 2,
  retryBaseMs: 150,
  breakerFailures: 3,
  breakerWindowMs: 30_000,
  breakerOpenMs: 15_000,
  /** The same for every call of every feature: another value makes Ollama load the model again. */
  contextTokens: 4_096,
  keepAlive: '30m',
} as const;

export const answerLimits = {
  maxQuestionCharacters: 4_000,
  maxAnswerTokens: 700,
  /** Passages looked at, and passages that reach the prompt or the student. */
  candidates: 12,
  passages: 6,
  fallbackPassages: 3,
  quoteCharacters: 400,
  maxSentences: 200,
} as const;

if (extractionLimits.maxWallMs / 1000 > extractionLimits.maxCpuSeconds) {
  throw new Error('limits: the watchdog must bite before the kernel does');
}
if (extractionLimits.maxPageCharacters * 6 > extractionLimits.maxLineBytes) {
  throw new Error('limits: the longest page, escaped, must fit into one line of output');
}
if (ollamaLimits.totalMs >= 300_000) {
  throw new Error('limits: fetch itself gives up on a silent server after 300 s');
}
if (answerLimits.maxAnswerTokens * 2 > ollamaLimits.contextTokens) {
  throw new Error('limits: the prompt needs more of the context than the answer');
}
