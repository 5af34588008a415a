/** Without the node that is to leave, files would be on fewer than a majority of the voters. */
export class TooFewCopies extends Error {
  override readonly name = 'TooFewCopies';

  /** @param reasons one per node that does not count, for people */
  constructor(needed: number, complete: number, reasons: readonly string[]) {
    super(
      `${needed} of the nodes that would be left must have all files, ${complete} have them: ` +
        `${reasons.join('; ')}. Nodes fetch what they lack by themselves: try again in a while`,
    );
  }
}
