import type { LoadJob } from './load-job.ts';

export type LoadKind = 'writes' | 'reads';

/** What a job needs beside its number of connections and its duration. */
export type JobTemplate = Omit<LoadJob, 'connections' | 'warm_up_seconds' | 'seconds'>;

/** A three-node cluster that runs and takes load. */
export interface Target {
  readonly name: string;
  readonly version: string;
  readonly jobs: Readonly<Record<LoadKind, JobTemplate>>;
  stop(): Promise<void>;
}

/** Bytes of the body of a write. */
export const bodyBytes = 300;
