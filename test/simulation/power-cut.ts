/** Disks write sectors whole: the old bytes or the new ones. */
export const SECTOR_BYTES = 512;

/** What a power cut leaves of the writes and directory operations that were not synced. */
export interface PowerCut {
  /**
   * Is sector `sector` (counted from the start of the write) of the `write`-th of `writes` unsynced
   * writes to a file on the disk?
   */
  keepsSector(write: number, writes: number, sector: number): boolean;
  /** How many of the `pending` operations in a folder are on the disk; they are in order. */
  folderOperations(pending: number): number;
}

export const LOSE_ALL: PowerCut = { keepsSector: () => false, folderOperations: () => 0 };
export const KEEP_ALL: PowerCut = { keepsSector: () => true, folderOperations: (n) => n };

/** The last unsynced write of every file is torn after `sectors`; all before it is on the disk. */
export function tornAfter(sectors: number): PowerCut {
  return {
    keepsSector: (write, writes, sector) => write < writes - 1 || sector < sectors,
    folderOperations: (pending) => pending,
  };
}

/** Each sector by chance, in no order; a chance prefix of the directory operations. */
export function scattered(random: () => number): PowerCut {
  return {
    keepsSector: () => random() < 0.5,
    folderOperations: (pending) => Math.floor(random() * (pending + 1)),
  };
}
