/**
 * The log is shorter than what this node has acknowledged: its disk was put back to an older state. It
 * may have voted since, too, and must not take part any more: a majority could be counted twice.
 */
export class LogReverted extends Error {
  override readonly name = 'LogReverted';

  constructor(lastIndex: number, acknowledged: number, term: number) {
    super(
      `the log ends at entry ${lastIndex}, but this node acknowledged entry ${acknowledged} to the ` +
        `leader of term ${term}: its disk was put back to an older state, and what it has promised ` +
        'since is lost. Bring back the newer state if there is one; else take this node out of the ' +
        'cluster and let it join again under a new node id with an empty data folder',
    );
  }
}
