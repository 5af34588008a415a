/** Every limit of the state machine, with its unit last. Changing one that `apply` uses forks replay. */

/** How long the result of a command is kept for replays: 7 days. */
export const resultRetentionMs = 7 * 24 * 60 * 60 * 1000;

/** Every so many entries so many results are forgotten: twice as fast as they come, in small steps. */
export const resultsForgottenEvery = 64;
export const resultsForgottenAtOnce = 128;

/** Events kept for `/v1/events`; older ones are gone and a reader is told to start over. */
export const eventsKept = 100_000;
export const eventsForgottenEvery = 1_000;
