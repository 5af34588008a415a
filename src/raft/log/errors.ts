/** The log holds damage that may be in acknowledged data. Nothing was changed on the disk. */
export class LogCorruption extends Error {
  override readonly name = 'LogCorruption';
  readonly file: string;
  readonly reason: string;
  /** Where the damage begins, in bytes from the start of the file. */
  readonly offset: number;
  /** The first entry that may be lost. */
  readonly index: number;

  constructor(reason: string, file: string, offset: number, index: number) {
    super(
      `the Raft log is damaged: ${reason} (file ${file}, offset ${offset}, entries from index ${index} on). ` +
        'It is not repaired here, because entries that this node acknowledged may be among them, and nothing was changed. ' +
        'If the file can be restored byte for byte, restore it; else take this node out of the cluster and let it join again ' +
        'under a new node id with an empty data folder (lms-admin resync): the others hold its data.',
    );
    this.reason = reason;
    this.file = file;
    this.offset = offset;
    this.index = index;
  }
}

/** The folder holds the log of another cluster or node, or of a newer version. */
export class ForeignLog extends Error {
  override readonly name = 'ForeignLog';
}

/** Another process, or another part of this one, has the folder open. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** The caller broke a rule of Raft, such as a term that goes back. The log is poisoned. */
export class LogRuleBroken extends Error {
  override readonly name = 'LogRuleBroken';
}
