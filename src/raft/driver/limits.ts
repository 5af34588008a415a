/** Limits of the driver, with their unit last. */

/** One transaction of the state machine: long enough to be cheap, short enough not to stall. */
export const maxApplyEntries = 512;
export const maxApplyBytes = 2 * 1024 * 1024;

/** How long and how much of what is committed may gather while nobody on this node waits for it. */
export const applyPatienceMs = 25;
export const patientEntries = 64;

/** How long the leader may keep from a node that waits for nothing what is committed. */
export const noticePatienceMs = 25;

/** Proposals of this node that wait for their result; beyond it they are refused. */
export const maxWaitingProposals = 20_000;

/** Pause before a read or a proposal is tried again while nothing has changed. */
export const retryPauseMs = 50;

/** How long the leader may take to answer a forwarded command before it is asked again. */
export const forwardDeadlineMs = 2_000;
