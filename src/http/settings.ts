import { defaultDeadlineMs, defaultMaxFileBytes, defaultMaxUnattachedBytes } from './limits.ts';

/** What an operator may choose; read from `cluster.json` by the composition root. */
export interface ApiSettings {
  readonly cluster_id: string;
  readonly version: string;
  readonly started_at: number;
  /** Waiting for a majority ends after this long, unless the request says otherwise. */
  readonly deadline_ms: number;
  /** `redirect`: writes to a node that is not the leader are answered with 307. */
  readonly write_forwarding: 'forward' | 'redirect';
  /** Origins of third-party frontends that browsers may use this API from; default none. */
  readonly cors_origins: readonly string[];
  readonly self_registration: boolean;
  readonly max_file_bytes: number;
  /** Of one person's files and uploads that are attached to nothing. */
  readonly max_unattached_bytes: number;
  /** `/readyz` says no when more than this many committed entries are not applied yet. */
  readonly max_ready_lag_entries: number;
}

export const DEFAULT_SETTINGS: ApiSettings = {
  cluster_id: 'tests',
  version: '0.0.0',
  started_at: 0,
  deadline_ms: defaultDeadlineMs,
  write_forwarding: 'forward',
  cors_origins: [],
  self_registration: false,
  max_file_bytes: defaultMaxFileBytes,
  max_unattached_bytes: defaultMaxUnattachedBytes,
  max_ready_lag_entries: 1_000,
};
