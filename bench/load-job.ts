/** What one run of the load generator does; sent to its process as JSON. */
export interface LoadJob {
  /** Connections are spread over these, in turn. */
  readonly origins: readonly string[];
  readonly connections: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Connections take these in turn; each is sent with every request of its connection. */
  readonly headers: readonly Readonly<Record<string, string>>[];
  /** `%N%` is replaced by twelve digits that no other request of the run has. */
  readonly body: string | null;
  /** Where the digits begin; default 0. */
  readonly first?: number;
  readonly warm_up_seconds: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Answers with status 2xx within the measured time. */
  readonly requests: number;
  readonly failures: number;
  /** One of the failures, for whoever has to find out why. */
  readonly failure: string | null;
  readonly per_second: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}
